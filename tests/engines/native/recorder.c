/* Stands in for libFuzzer: keeps what it is told, for the test to read. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static char record[1 << 24];
static size_t used;
static int on;

void recorder_begin(void) { used = 0; record[0] = 0; on = 1; }
const char *recorder_end(void) { on = 0; return record; }

static void
note(const char *kind, uint64_t left, uint64_t right)
{
    if (on && used + 128 < sizeof record) {
        used += (size_t)sprintf(record + used, "%s %llu %llu\n", kind, (unsigned long long)left, (unsigned long long)right);
    }
}

static void
note_bytes(const char *bytes, size_t size, char end)
{
    for (size_t i = 0; i < size; i++) {
        used += (size_t)sprintf(record + used, "%02x", (unsigned char)bytes[i]);
    }
    record[used++] = end;
    record[used] = 0;
}

void __sanitizer_cov_trace_cmp8(uint64_t left, uint64_t right) { note("cmp", left, right); }
void __sanitizer_cov_trace_const_cmp8(uint64_t left, uint64_t right) { note("cmp", left, right); }

void
__sanitizer_weak_hook_memcmp(void *site, const void *left, const void *right, size_t size, int result)
{
    (void)site;
    if (on && size > 1 && result != 0 && used + 4 * size + 128 < sizeof record) { /* libFuzzer drops the others */
        used += (size_t)sprintf(record + used, "mem ");
        note_bytes(left, size, ' ');
        note_bytes(right, size, '\n');
    }
}

#ifdef WHOLE /* for the tracer; Atheris keeps libFuzzer's own */
static long counters, entries, arrays;

long recorder_counters(void) { return counters == entries ? counters : -1; } /* libFuzzer aborts where they differ */
long recorder_arrays(void) { return arrays; }
void __sanitizer_cov_8bit_counters_init(uint8_t *begin, uint8_t *end) { counters += end - begin; arrays++; }
void __sanitizer_cov_pcs_init(uint8_t *begin, uint8_t *end) { entries += (end - begin) / (2 * (long)sizeof(uintptr_t)); }

void
__sanitizer_weak_hook_memmem(void *site, const void *in, size_t in_size, const void *what, size_t size, void *result)
{
    (void)site; (void)in; (void)in_size; (void)result;
    if (on && used + 2 * size + 128 < sizeof record) {
        used += (size_t)sprintf(record + used, "word ");
        note_bytes(what, size, '\n');
    }
}
#endif
