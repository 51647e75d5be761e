/* What the coverage engine inserts into the code under test: constants whose type slots count and compare.
 *
 * The instructions are placed by fuzzlab/probes.py; it holds the table of which constant goes with which instructions.
 *
 *     block        LOAD_CONST block; FOR_ITER to the next instruction      the iterator counts and is at its end
 *     comparison   LOAD_CONST test; CONTAINS_OP                            `x op CONSTANT`, where only its truth matters
 *                  BUILD_TUPLE 2; LOAD_CONST test; CONTAINS_OP             `x op y`, where only its truth matters
 *                  BUILD_TUPLE 2; LOAD_CONST value; BINARY_OP @            `x op y`
 *     membership   as a comparison whose truth matters, for `x in CONSTANT` and `x in y`
 *     subscript    BUILD_TUPLE 2; LOAD_CONST item; BINARY_OP @             `TABLE[x]`
 *
 * The interpreter calls such a slot directly: no name is looked up and no argument is packed for a call. The operand
 * that is ours decides in each of these instructions which slot is called, so no type under test can interfere.
 *
 * Counters lie in one array that never moves, because libFuzzer keeps pointers into it. Until `start` counters
 * count and hints go nowhere.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Counters: as many as Atheris has. One entry of libFuzzer's table of program counters goes with each (two words).
 * Neither is touched before it is used, so this is address space and not memory. */
#define CAPACITY (1u << 20)
#define PC_ENTRY (2 * sizeof(uintptr_t))

/* libFuzzer takes 4096 arrays of counters at the most, and does not check in its release builds. */
#define ARRAYS 4000

/* Members of one container that are told as words: libFuzzer keeps 1024 words in all. */
#define TOLD_MEMBERS 64

static uint8_t *counters;
static uint8_t *pcs;
static uint32_t reserved, registered, arrays;
static uint8_t sink; /* counts what nobody wants to know */
static uintptr_t sites;

/* ---- libFuzzer: looked up in the library that Atheris brings, and called once `start` says so ---- */

typedef void (*Range)(uint8_t *begin, uint8_t *end);
typedef void (*Compare8)(uint64_t left, uint64_t right);
typedef void (*Memory)(void *site, const void *left, const void *right, size_t size, int result);
typedef void (*Search)(void *site, const void *in, size_t in_size, const void *what, size_t size, void *result);

static struct {
    Range counters_init, pcs_init;
    Compare8 compare8, const_compare8;
    Memory compare_memory;
    Search search_memory; /* NULL, or: what is searched for becomes a word that libFuzzer tries */
} fuzzer;
static int started;

static void
register_counters(void)
{
    uint32_t end = reserved < CAPACITY ? reserved : CAPACITY;
    if (!started || registered >= end || arrays >= ARRAYS) {
        return;
    }
    fuzzer.counters_init(counters + registered, counters + end);
    fuzzer.pcs_init(pcs + (size_t)registered * PC_ENTRY, pcs + (size_t)end * PC_ENTRY);
    registered = end;
    arrays++;
}

/* ---- hints ---- */

typedef struct {
    const char *bytes;
    Py_ssize_t size;
    PyObject *owner; /* NULL, or what to release */
} View;

/* Give the bytes that libFuzzer should see for a str: UTF-8. 0: there are none. Runs no code under test. */
static int
view_text(PyObject *text, View *view)
{
    view->owner = NULL;
    view->bytes = PyUnicode_AsUTF8AndSize(text, &view->size);
    if (view->bytes != NULL) {
        return 1;
    }
    PyErr_Clear(); /* a lone surrogate */
    view->owner = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
    if (view->owner == NULL) {
        PyErr_Clear();
        return 0;
    }
    view->bytes = PyBytes_AS_STRING(view->owner);
    view->size = PyBytes_GET_SIZE(view->owner);
    return 1;
}

/* Equal sides tell nothing, and libFuzzer itself drops comparisons of less than two bytes: these are not reported. */
static void
hint_memory(uintptr_t site, const char *left, Py_ssize_t left_size, const char *right, Py_ssize_t right_size)
{
    if (left_size != right_size) {
        fuzzer.compare8((uint64_t)left_size, (uint64_t)right_size);
    }
    else if (left_size > 1) {
        int differ = memcmp(left, right, (size_t)left_size);
        if (differ != 0) {
            fuzzer.compare_memory((void *)site, left, right, (size_t)left_size, differ);
        }
    }
}

static void
hint_text(uintptr_t site, PyObject *left, PyObject *right)
{
    View a, b;
    if (!view_text(left, &a)) {
        return;
    }
    if (view_text(right, &b)) {
        hint_memory(site, a.bytes, a.size, b.bytes, b.size);
        Py_XDECREF(b.owner);
    }
    Py_XDECREF(a.owner);
}

static int
fits(PyObject *number, int64_t *value)
{
    int overflow;
    *value = PyLong_AsLongLongAndOverflow(number, &overflow);
    return !overflow;
}

static void
hint_number(int64_t left, int64_t right, int constant)
{
    if (left != right) {
        (constant ? fuzzer.const_compare8 : fuzzer.compare8)((uint64_t)left, (uint64_t)right);
    }
}

/* Tell libFuzzer what is about to be compared; the constant, if there is one, is on the left. Runs no code under test:
 * it looks at ints, strs and bytes and their subclasses through their own memory. */
static void
hint(uintptr_t site, PyObject *left, PyObject *right, int constant)
{
    if (!started) {
        return;
    }
    if (PyLong_Check(left) && PyLong_Check(right)) {
        int64_t a, b;
        if (fits(left, &a) && fits(right, &b)) {
            hint_number(a, b, constant);
        }
    }
    else if (PyBytes_Check(left) && PyBytes_Check(right)) {
        hint_memory(site, PyBytes_AS_STRING(left), PyBytes_GET_SIZE(left), PyBytes_AS_STRING(right),
                    PyBytes_GET_SIZE(right));
    }
    else if (PyUnicode_Check(left) && PyUnicode_Check(right)) {
        hint_text(site, left, right);
    }
}

/* Have libFuzzer try a value as a word: a str or bytes as it is, an int in decimal, as parsers read it. */
static void
tell_word(PyObject *value)
{
    if (fuzzer.search_memory == NULL) {
        return;
    }
    if (PyUnicode_CheckExact(value)) {
        View view;
        if (view_text(value, &view)) {
            fuzzer.search_memory(NULL, NULL, 0, view.bytes, (size_t)view.size, NULL);
            Py_XDECREF(view.owner);
        }
    }
    else if (PyBytes_CheckExact(value)) {
        fuzzer.search_memory(NULL, NULL, 0, PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value), NULL);
    }
    else if (PyLong_CheckExact(value)) {
        int64_t number;
        char digits[24];
        if (fits(value, &number)) {
            int size = snprintf(digits, sizeof digits, "%lld", (long long)number);
            fuzzer.search_memory(NULL, NULL, 0, digits, (size_t)size, NULL);
        }
    }
}

/* ---- comparing ---- */

/* The value of an int of one machine digit; 0: it has more, or is none. A bool is not exact. */
static inline int
small(PyObject *object, Py_ssize_t *value)
{
    if (!PyLong_CheckExact(object)) {
        return 0;
    }
#if PY_VERSION_HEX >= 0x030C0000
    if (!PyUnstable_Long_IsCompact((PyLongObject *)object)) {
        return 0;
    }
    *value = PyUnstable_Long_CompactValue((PyLongObject *)object);
#else
    Py_ssize_t size = Py_SIZE(object);
    if (size < -1 || size > 1) {
        return 0;
    }
    *value = size * (Py_ssize_t)((PyLongObject *)object)->ob_digit[0];
    if (size == 0) {
        *value = 0;
    }
#endif
    return 1;
}

static inline int
equal_text(PyObject *a, PyObject *b)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(a);
    int kind = PyUnicode_KIND(a);
    return a == b || (size == PyUnicode_GET_LENGTH(b) && kind == PyUnicode_KIND(b) &&
                      memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)size * (size_t)kind) == 0);
}

static inline int
compare_small(Py_ssize_t a, Py_ssize_t b, int op)
{
    switch (op) {
    case Py_LT: return a < b;
    case Py_LE: return a <= b;
    case Py_EQ: return a == b;
    case Py_NE: return a != b;
    case Py_GT: return a > b;
    default: return a >= b;
    }
}

/* What COMPARE_OP and a conditional jump after it do. */
static int
truth_of(PyObject *a, PyObject *b, int op)
{
    PyObject *result = PyObject_RichCompare(a, b, op);
    if (result == NULL) {
        return -1;
    }
    int truth = result == Py_True ? 1 : result == Py_False ? 0 : PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth;
}

/* ---- the constants ---- */

typedef struct {
    PyObject_HEAD
    uint8_t *counter;
} Block;

/* One type of object for all that compares; the slots differ from type to type. */
typedef struct {
    PyObject_HEAD
    uint8_t *edge[2];    /* counted when the result is false, true */
    PyObject *constant;  /* NULL: both sides come from the stack */
    PyObject *words;     /* a tuple of what a membership may ask for; NULL: not looked yet */
    PyObject *container; /* borrowed and never followed: whose members `words` are */
    uintptr_t site;
    Py_ssize_t turn;     /* which of `words` is compared next */
    int op;              /* Py_LT .. Py_GE */
    int constant_right;  /* of two operands from the stack, the second is a constant */
    int told;            /* the constant has been told as a word */
} Test;

static inline int
counted(Test *self, int truth)
{
    ++*self->edge[truth];
    return truth;
}

/* `x op CONSTANT` */
static int
const_test(PyObject *object, PyObject *x)
{
    Test *self = (Test *)object;
    PyObject *constant = self->constant;
    Py_ssize_t a, b;
    if (PyUnicode_CheckExact(x) && PyUnicode_CheckExact(constant) && (self->op == Py_EQ || self->op == Py_NE)) {
        int equal = equal_text(x, constant);
        if (!equal && started) {
            if (PyUnicode_GET_LENGTH(constant) != 1 || PyUnicode_GET_LENGTH(x) != 1 ||
                !PyUnicode_IS_ASCII(x) || !PyUnicode_IS_ASCII(constant)) {
                hint_text(self->site, constant, x);
            }
            if (!self->told) {
                self->told = 1;
                tell_word(constant);
            }
        }
        return counted(self, equal ^ (self->op == Py_NE));
    }
    if (small(x, &a) && small(constant, &b)) {
        if (started && a != b) {
            fuzzer.const_compare8((uint64_t)(int64_t)b, (uint64_t)(int64_t)a);
            if (!self->told) {
                self->told = 1;
                tell_word(constant);
            }
        }
        return counted(self, compare_small(a, b, self->op));
    }
    hint(self->site, constant, x, 1);
    int truth = truth_of(x, constant, self->op);
    return truth < 0 ? -1 : counted(self, truth);
}

/* The two operands that BUILD_TUPLE has packed. 0 with an exception: somebody else holds our constant. */
static inline int
operands(PyObject *pair, PyObject **a, PyObject **b)
{
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2) {
        PyErr_SetString(PyExc_TypeError, "a probe compares a tuple of two operands");
        return 0;
    }
    *a = PyTuple_GET_ITEM(pair, 0);
    *b = PyTuple_GET_ITEM(pair, 1);
    return 1;
}

/* `a op b`, its truth */
static int
pair_test(PyObject *object, PyObject *pair)
{
    Test *self = (Test *)object;
    PyObject *a, *b;
    Py_ssize_t m, n;
    if (!operands(pair, &a, &b)) {
        return -1;
    }
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b) && (self->op == Py_EQ || self->op == Py_NE)) {
        int equal = equal_text(a, b);
        if (!equal && started) {
            hint_text(self->site, a, b);
        }
        return counted(self, equal ^ (self->op == Py_NE));
    }
    if (small(a, &m) && small(b, &n)) {
        if (started && m != n) {
            fuzzer.compare8((uint64_t)(int64_t)m, (uint64_t)(int64_t)n);
        }
        return counted(self, compare_small(m, n, self->op));
    }
    hint(self->site, a, b, 0);
    int truth = truth_of(a, b, self->op);
    return truth < 0 ? -1 : counted(self, truth);
}

/* `a op b`, whatever it gives; also `a op CONSTANT`, for it is rare where nobody jumps. */
static PyObject *
pair_value(PyObject *pair, PyObject *object)
{
    PyObject *a, *b;
    if (!operands(pair, &a, &b)) {
        return NULL;
    }
    Test *self = (Test *)object;
    if (self->constant_right) {
        hint(self->site, b, a, 1);
    }
    else {
        hint(self->site, a, b, 0);
    }
    return PyObject_RichCompare(a, b, self->op);
}

/* ---- membership ---- */

static int
is_word(PyObject *value)
{
    return PyUnicode_CheckExact(value) || PyBytes_CheckExact(value) || PyLong_CheckExact(value);
}

/* The words among the members of a plain container: a new tuple, or NULL without an exception. Runs no code under test:
 * only exact types are looked into. */
static PyObject *
words_of(PyObject *container)
{
    PyObject *list = PyList_New(0);
    if (list == NULL) {
        PyErr_Clear();
        return NULL;
    }
    if (PyDict_CheckExact(container)) {
        PyObject *key, *value;
        Py_ssize_t position = 0;
        while (PyList_GET_SIZE(list) < TOLD_MEMBERS && PyDict_Next(container, &position, &key, &value)) {
            if (is_word(key) && PyList_Append(list, key) < 0) {
                break;
            }
        }
    }
    else if (PyTuple_CheckExact(container) || PyList_CheckExact(container) || PyAnySet_CheckExact(container)) {
        PyObject *member, *iterator = PyObject_GetIter(container);
        while (iterator != NULL && PyList_GET_SIZE(list) < TOLD_MEMBERS &&
               (member = PyIter_Next(iterator)) != NULL) {
            int failed = is_word(member) && PyList_Append(list, member) < 0;
            Py_DECREF(member);
            if (failed) {
                break;
            }
        }
        Py_XDECREF(iterator);
    }
    else if (is_word(container) && !PyLong_CheckExact(container)) { /* a part of a str or of bytes */
        PyList_Append(list, container);
    }
    if (PyErr_Occurred()) {
        PyErr_Clear();
    }
    PyObject *words = PyList_AsTuple(list);
    Py_DECREF(list);
    if (words == NULL) {
        PyErr_Clear();
    }
    return words;
}

/* A miss: compare with one member, the next one each time. What has not been seen yet is told as words. */
static void
hint_member(Test *self, PyObject *x, PyObject *container)
{
    if (self->words == NULL || self->container != container) {
        PyObject *words = words_of(container);
        if (words == NULL) {
            return;
        }
        Py_XSETREF(self->words, words);
        self->container = container;
        self->turn = 0;
    }
    Py_ssize_t size = PyTuple_GET_SIZE(self->words);
    if (size == 0) {
        return;
    }
    PyObject *member = PyTuple_GET_ITEM(self->words, self->turn % size);
    if (self->turn < size) {
        tell_word(member);
    }
    self->turn++;
    if (member != container) {
        hint(self->site, member, x, 1);
    }
}

static int
member_test(Test *self, PyObject *x, PyObject *container)
{
    int found = PySequence_Contains(container, x);
    if (found < 0) {
        return -1;
    }
    if (!found && started && is_word(x)) {
        hint_member(self, x, container);
    }
    return counted(self, found);
}

/* `x in CONSTANT` */
static int
const_member(PyObject *object, PyObject *x)
{
    return member_test((Test *)object, x, ((Test *)object)->constant);
}

/* `x in y` */
static int
pair_member(PyObject *object, PyObject *pair)
{
    PyObject *x, *container;
    if (!operands(pair, &x, &container)) {
        return -1;
    }
    return member_test((Test *)object, x, container);
}

/* `table[key]`: what it gives, or a hint at the keys that there are. */
static PyObject *
pair_item(PyObject *pair, PyObject *object)
{
    PyObject *table, *key;
    if (!operands(pair, &table, &key)) {
        return NULL;
    }
    PyObject *item = PyObject_GetItem(table, key);
    if (item == NULL && started && PyDict_CheckExact(table) && is_word(key) &&
        PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        hint_member((Test *)object, key, table);
        PyErr_Restore(type, value, traceback);
    }
    return item;
}

/* ---- types ---- */

static PyObject *
block_next(PyObject *self)
{
    ++*((Block *)self)->counter;
    return NULL; /* at its end, without an exception: FOR_ITER drops it and jumps to the next instruction */
}

static void
block_dealloc(PyObject *self)
{
    PyObject_Free(self);
}

static void
test_dealloc(PyObject *self)
{
    Py_XDECREF(((Test *)self)->constant);
    Py_XDECREF(((Test *)self)->words);
    PyObject_Free(self);
}

static PyTypeObject BlockType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fuzzlab.engines._tracer.Block",
    .tp_basicsize = sizeof(Block),
    .tp_dealloc = block_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "Counts a block of the code under test each time it is asked for its next element; it has none.",
    .tp_iternext = block_next,
};

#define TEST_TYPE(variable, name, text, ...)                                                                           \
    static PyTypeObject variable = {                                                                                   \
        PyVarObject_HEAD_INIT(NULL, 0)                                                                                 \
        .tp_name = "fuzzlab.engines._tracer." name,                                                                    \
        .tp_basicsize = sizeof(Test),                                                                                  \
        .tp_dealloc = test_dealloc,                                                                                    \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,                                            \
        .tp_doc = text,                                                                                                \
        __VA_ARGS__                                                                                                    \
    }

static PySequenceMethods const_test_slots = {.sq_contains = const_test};
static PySequenceMethods pair_test_slots = {.sq_contains = pair_test};
static PySequenceMethods const_member_slots = {.sq_contains = const_member};
static PySequenceMethods pair_member_slots = {.sq_contains = pair_member};
static PyNumberMethods pair_value_slots = {.nb_matrix_multiply = pair_value};
static PyNumberMethods pair_item_slots = {.nb_matrix_multiply = pair_item};

TEST_TYPE(ConstTestType, "ConstTest", "`x in it` is the truth of `x op CONSTANT`.", .tp_as_sequence = &const_test_slots);
TEST_TYPE(PairTestType, "PairTest", "`(a, b) in it` is the truth of `a op b`.", .tp_as_sequence = &pair_test_slots);
TEST_TYPE(PairValueType, "PairValue", "`(a, b) @ it` is `a op b`.", .tp_as_number = &pair_value_slots);
TEST_TYPE(ConstMemberType, "ConstMember", "`x in it` is `x in CONSTANT`.", .tp_as_sequence = &const_member_slots);
TEST_TYPE(PairMemberType, "PairMember", "`(x, y) in it` is `x in y`.", .tp_as_sequence = &pair_member_slots);
TEST_TYPE(PairItemType, "PairItem", "`(table, key) @ it` is `table[key]`.", .tp_as_number = &pair_item_slots);

/* ---- functions ---- */

static uint8_t *
counter_at(Py_ssize_t index)
{
    /* Beyond the capacity counters are shared, as Atheris has it: the search gets blunter, memory stays bounded. */
    return index < 0 ? &sink : counters + (size_t)index % CAPACITY;
}

static PyObject *
module_reserve(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long count = PyLong_AsLong(argument);
    if (count == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (count < 0 || count > INT32_MAX || (uint64_t)reserved + (uint64_t)count > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "no such number of counters");
        return NULL;
    }
    uint32_t first = reserved;
    reserved += (uint32_t)count;
    return PyLong_FromUnsignedLong(first);
}

static PyObject *
module_register(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    register_counters();
    Py_RETURN_NONE;
}

static PyObject *
module_block(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_ssize_t index = PyLong_AsSsize_t(argument);
    if (index == -1 && PyErr_Occurred()) {
        return NULL;
    }
    Block *self = PyObject_New(Block, &BlockType);
    if (self != NULL) {
        self->counter = counter_at(index);
    }
    return (PyObject *)self;
}

static PyObject *
new_test(PyTypeObject *type, PyObject *constant, int op, int constant_right, Py_ssize_t if_false, Py_ssize_t if_true)
{
    if (op < Py_LT || op > Py_GE) {
        PyErr_SetString(PyExc_ValueError, "no such comparison");
        return NULL;
    }
    Test *self = PyObject_New(Test, type);
    if (self == NULL) {
        return NULL;
    }
    self->edge[0] = counter_at(if_false);
    self->edge[1] = counter_at(if_true);
    Py_XINCREF(constant);
    self->constant = constant;
    self->words = NULL;
    self->container = NULL;
    self->site = ++sites;
    self->turn = 0;
    self->op = op;
    self->constant_right = constant_right;
    self->told = 0;
    return (PyObject *)self;
}

static PyObject *
module_const_test(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *constant;
    int op;
    Py_ssize_t if_false, if_true;
    if (!PyArg_ParseTuple(args, "Oinn:const_test", &constant, &op, &if_false, &if_true)) {
        return NULL;
    }
    return new_test(&ConstTestType, constant, op, 0, if_false, if_true);
}

static PyObject *
module_pair_test(PyObject *Py_UNUSED(module), PyObject *args)
{
    int op;
    Py_ssize_t if_false, if_true;
    if (!PyArg_ParseTuple(args, "inn:pair_test", &op, &if_false, &if_true)) {
        return NULL;
    }
    return new_test(&PairTestType, NULL, op, 0, if_false, if_true);
}

static PyObject *
module_pair_value(PyObject *Py_UNUSED(module), PyObject *args)
{
    int op, constant_right;
    if (!PyArg_ParseTuple(args, "ip:pair_value", &op, &constant_right)) {
        return NULL;
    }
    return new_test(&PairValueType, NULL, op, constant_right, -1, -1);
}

static PyObject *
module_const_member(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *constant;
    Py_ssize_t if_false, if_true;
    if (!PyArg_ParseTuple(args, "Onn:const_member", &constant, &if_false, &if_true)) {
        return NULL;
    }
    return new_test(&ConstMemberType, constant, Py_EQ, 0, if_false, if_true);
}

static PyObject *
module_pair_member(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t if_false, if_true;
    if (!PyArg_ParseTuple(args, "nn:pair_member", &if_false, &if_true)) {
        return NULL;
    }
    return new_test(&PairMemberType, NULL, Py_EQ, 0, if_false, if_true);
}

static PyObject *
module_pair_item(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return new_test(&PairItemType, NULL, Py_EQ, 0, -1, -1);
}

static PyObject *
module_attach(PyObject *Py_UNUSED(module), PyObject *path)
{
    PyObject *encoded;
    if (!PyUnicode_FSConverter(path, &encoded)) {
        return NULL;
    }
    /* Where the program itself was linked with a libFuzzer, Atheris takes that one. */
    void *library = RTLD_DEFAULT; /* which is NULL */
    int is_there = dlsym(library, "LLVMFuzzerRunDriver") != NULL;
    if (!is_there) {
        library = dlopen(PyBytes_AS_STRING(encoded), RTLD_NOW); /* for good: it keeps pointers to our counters */
    }
    Py_DECREF(encoded);
    if (!is_there && library == NULL) {
        PyErr_SetString(PyExc_OSError, dlerror());
        return NULL;
    }
    fuzzer.counters_init = (Range)dlsym(library, "__sanitizer_cov_8bit_counters_init");
    fuzzer.pcs_init = (Range)dlsym(library, "__sanitizer_cov_pcs_init");
    fuzzer.compare8 = (Compare8)dlsym(library, "__sanitizer_cov_trace_cmp8");
    fuzzer.const_compare8 = (Compare8)dlsym(library, "__sanitizer_cov_trace_const_cmp8");
    fuzzer.compare_memory = (Memory)dlsym(library, "__sanitizer_weak_hook_memcmp");
    fuzzer.search_memory = (Search)dlsym(library, "__sanitizer_weak_hook_memmem");
    if (!fuzzer.counters_init || !fuzzer.pcs_init || !fuzzer.compare8 || !fuzzer.const_compare8 ||
        !fuzzer.compare_memory) {
        memset(&fuzzer, 0, sizeof fuzzer);
        PyErr_SetString(PyExc_OSError, "this library has not all of libFuzzer's callbacks");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
module_start(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (!started) { /* what was counted so far was the import, and is not the first input's doing */
        memset(counters, 0, reserved < CAPACITY ? reserved : CAPACITY);
    }
    started = fuzzer.counters_init != NULL;
    register_counters();
    Py_RETURN_NONE;
}

static PyObject *
module_snapshot(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBytes_FromStringAndSize((const char *)counters, reserved < CAPACITY ? reserved : CAPACITY);
}

static PyObject *
module_clear(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    memset(counters, 0, reserved < CAPACITY ? reserved : CAPACITY);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"reserve", module_reserve, METH_O, "Give the index of the first of so many new counters."},
    {"attach", module_attach, METH_O, "Find libFuzzer in the shared library at this path; OSError where it is not."},
    {"start", module_start, METH_NOARGS, "From now on report counters and hints to the libFuzzer that `attach` has found."},
    {"register", module_register, METH_NOARGS, "Report the counters made since `start`; before it, nothing."},
    {"block", module_block, METH_O, "A block that counts at this index."},
    {"const_test", module_const_test, METH_VARARGS, "(constant, op, if_false, if_true)"},
    {"pair_test", module_pair_test, METH_VARARGS, "(op, if_false, if_true)"},
    {"pair_value", module_pair_value, METH_VARARGS, "(op, constants): 1 where the right one is"},
    {"const_member", module_const_member, METH_VARARGS, "(container, if_false, if_true)"},
    {"pair_member", module_pair_member, METH_VARARGS, "(if_false, if_true)"},
    {"pair_item", module_pair_item, METH_NOARGS, "()"},
    {"snapshot", module_snapshot, METH_NOARGS, "All counters as bytes."},
    {"clear", module_clear, METH_NOARGS, "Set all counters to 0."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fuzzlab.engines._tracer",
    .m_doc = "Probes for the code under test.",
    .m_size = -1, /* libFuzzer is one per process, and so is this */
    .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__tracer(void)
{
    PyTypeObject *types[] = {&BlockType,       &ConstTestType,  &PairTestType, &PairValueType,
                             &ConstMemberType, &PairMemberType, &PairItemType};
    if (counters == NULL) {
        int flags = MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE;
        void *array = mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE, flags, -1, 0);
        void *table = mmap(NULL, CAPACITY * PC_ENTRY, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (array == MAP_FAILED || table == MAP_FAILED) {
            return PyErr_NoMemory();
        }
        counters = array;
        pcs = table;
    }
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (PyModule_AddType(module, types[i]) < 0) {
            Py_DECREF(module);
            return NULL;
        }
    }
    return module;
}
