"""The mix of mutations: what pays gets the time, nothing is given up, and libFuzzer's habits are read aright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from fuzzlab import formats, nastiness
from fuzzlab.feedback import Feedback
from fuzzlab.mix import (
    ACCEPTED,
    ALL_TRIED,
    BYTES,
    EARLY,
    FLOOR,
    FRESH,
    MUTATE_DEPTH,
    NEAR,
    POOL,
    POOL_LARGEST,
    PRIOR,
    STRUCTURE,
    WORDS,
    Mix,
    Share,
)
from fuzzlab.nastiness import LARGE_EVERY, in_turn, small
from fuzzlab.scope import Scope

EVEN = (0.2,) * 5


def simulate(share: Share, rates: dict[int, float], *, pulls: int, costs: dict[int, int] | None = None) -> Counter[int]:
    """Pull arms as the mix does; arm a earns with chance rates[a] a pull."""
    rng = Random(0)  # noqa: S311 - a simulation
    pulled: Counter[int] = Counter()
    for number in range(pulls):
        if number % 64 == 0:
            chances = share.chances()
        (arm,) = rng.choices(range(5), chances)
        pulled[arm] += 1
        share.note(arm, cost=(costs or {}).get(arm, 1000), reward=float(rng.random() < rates.get(arm, 0.001)))
    return pulled


@pytest.mark.parametrize("prior", [EVEN, *PRIOR.values()])
def test_shares_are_shares(prior: tuple[float, ...]) -> None:
    """They add up to one and none is below the floor, before and after learning."""
    share = Share(prior)
    for _ in range(5):
        assert sum(share.shares()) == pytest.approx(1)
        assert sum(share.chances()) == pytest.approx(1)
        assert min(share.shares()) >= FLOOR
        simulate(share, {BYTES: 0.2}, pulls=2000)


def test_what_pays_gets_the_time() -> None:
    """The arm that pays ends with most of the pulls, from a prior that favours another, and the others keep some."""
    pulled = simulate(Share(PRIOR["text"]), {STRUCTURE: 0.1}, pulls=30_000)
    assert pulled.most_common(1)[0][0] == STRUCTURE
    assert pulled[STRUCTURE] > 15_000
    assert min(pulled.values()) > 100


def test_what_costs_more_must_pay_more() -> None:
    """An arm ten times as dear that pays twice as much a pull is the worse one; ten times the time is ten pulls."""
    pulled = simulate(Share(EVEN), {BYTES: 0.05, WORDS: 0.1}, pulls=30_000, costs={WORDS: 10_000})
    assert pulled[BYTES] > 10 * pulled[WORDS]


def test_it_changes_its_mind() -> None:
    """When another arm begins to pay, it takes over."""
    share = Share(EVEN)
    first = simulate(share, {WORDS: 0.1}, pulls=20_000)
    assert first.most_common(1)[0][0] == WORDS
    simulate(share, {ACCEPTED: 0.1}, pulls=40_000)
    then = simulate(share, {ACCEPTED: 0.1}, pulls=5_000)
    assert then.most_common(1)[0][0] == ACCEPTED


def test_an_arm_that_is_not_there_gets_nothing() -> None:
    """Without words of the code, or a strategy, the rest is shared."""
    share = Share(EVEN)
    share.enabled[FRESH] = False
    assert share.shares()[FRESH] == share.chances()[FRESH] == 0
    assert sum(share.chances()) == pytest.approx(1)


def mix(
    form: formats.Format[Any], *, fresh: list[bytes], recorded: list[bytes] | None = None,
    tried: int = 0, told: Callable[[int], None] = lambda _: None, examples: Sequence[bytes] = (),
    seeds: Sequence[bytes] = (),
) -> Mix:  # fmt: skip
    def blind(data: bytes, max_size: int) -> bytes:
        return (data + b"~")[-max_size:]

    batches = [fresh]
    return Mix(
        form,
        Random(1),  # noqa: S311 - a search
        feedback=Feedback(Scope(["tests"]), ()),
        blind=blind,
        fresh=lambda: batches.pop() if batches else [],
        recorded=recorded,
        tried=tried,
        told=told,
        examples=examples,
        seeds=seeds,
    )


def taught() -> formats.Format[str]:
    form = formats.text(max_size=64)
    form.learn((b"word",))
    return form


SHEET = b"a,b\r\n1,2\r\n"


def _inputs(made: Mix, count: int, *, first: bytes = SHEET) -> list[bytes]:
    """What libFuzzer gets when nothing is new."""
    mutate, executed = made.mutator()
    executed(first, True)
    found = [first]
    for number in range(count):
        found.append(mutate(found[-1] if number % MUTATE_DEPTH else first, 1 << 20, number * 7919))
        executed(found[-1], False)
    return found[1:]


@pytest.mark.parametrize("recorded", [[SHEET], []])
def test_what_has_a_name_comes_first_and_once(recorded: list[bytes]) -> None:
    """Every second input is of it until it is done, to what is recorded or was accepted; large ones later, apart."""
    form = formats.csv()
    expected = small(form, [SHEET], Random(1))  # noqa: S311 - a search
    made = _inputs(mix(form, fresh=[], recorded=recorded), 2 * len(expected) + 6 * (2 * LARGE_EVERY + 2))
    assert made[: 2 * len(expected) : 2] == expected
    huge = [at for at, data in enumerate(made) if len(data) >= 30_000]
    assert set(range(2 * LARGE_EVERY, 6 * (2 * LARGE_EVERY + 2), 2 * LARGE_EVERY + 2)) <= set(huge)
    assert max(map(len, made)) > 1_000_000


def test_each_exchange_is_tried_once_and_soon() -> None:
    """Every second input is one, behind those that have a name."""
    form = formats.text()
    form.learn([b"floor", b"merge"])
    seeds = [b"a.b[0].c", b"length(a)"]
    expected = [data for data in in_turn(form, seeds, Random(1)) if data is not None]  # noqa: S311 - a search
    assert set(form.exchanges(seeds)) <= set(expected)
    made = _inputs(mix(form, fresh=[], recorded=seeds), 2 * len(expected) + 4, first=seeds[0])
    assert set(form.exchanges(seeds)) <= set(made[::2])


def test_a_worker_goes_on_where_the_one_before_it_ended() -> None:
    """What ends a worker is tried once, and the rest is tried all the same; what is through is not begun again."""
    form, seeds, told = formats.text(), [b"a.b[0].c", b"length(a)"], list[int]()
    whole = _inputs(mix(form, fresh=[], recorded=seeds), 400)[::2]
    rest = _inputs(mix(form, fresh=[], recorded=seeds, tried=150, told=told.append), 100)[::2]
    expected = list(form.exchanges(seeds))
    assert [data for data in rest if data in expected] == [data for data in whole[150:200] if data in expected]
    assert told[:3] == [151, 152, 153]
    _inputs(mix(form, fresh=[], recorded=seeds, tried=150, told=told.append), 16_000)
    assert told[-1] == ALL_TRIED


def test_what_has_a_name_is_ready_before_the_first_mutation(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes some milliseconds, in which nothing is executed, of the moments in which a search finds most."""
    form, asked = formats.csv(), list[bytes]()

    def small(_form: object, bases: Sequence[bytes], _rng: object) -> list[bytes]:
        asked.extend(bases)
        return list(bases)

    monkeypatch.setattr(nastiness, "small", small)
    mix(form, fresh=[], recorded=[SHEET])
    assert asked == [SHEET]


def test_nothing_has_to_be_done_first() -> None:
    """A later turn, and a target of which nothing is known to be ordinary, begin with the search."""
    form = formats.csv()
    expected = small(form, [SHEET], Random(1))  # noqa: S311 - a search
    assert len(set(_inputs(mix(form, fresh=[]), 200)) & set(expected)) < len(expected) / 2
    assert nastiness.ordinary([]) == []


def test_what_is_larger_than_the_limit_is_left_out() -> None:
    """LibFuzzer ends the process for it."""
    made = mix(formats.csv(), fresh=[], recorded=[SHEET])
    mutate, _ = made.mutator()
    assert all(len(mutate(SHEET, 20, 0)) <= 20 for _ in range(300))


def test_no_example_is_drawn_in_the_first_seconds() -> None:
    """A draw stops the search for a quarter of a second or more: it is a small part of the time, from the beginning."""
    made = mix(taught(), fresh=[b"new!"])
    assert made._example(b"x", 100, 0) is None
    made._began -= 100
    assert made._example(b"x", 100, 0) == b"new!"


def test_every_arm_makes_inputs_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """All five ways are seen in the outputs, and none exceeds max_size, whatever the corpus."""
    monkeypatch.setattr("fuzzlab.mix.FRESH_LEAST", 0.0)
    made = mix(taught(), fresh=[b"new!"] * 20)
    mutate, executed = made.mutator()
    executed(b"kept", True)
    rng = Random(2)  # noqa: S311 - a search
    outputs = []
    for _ in range(4000):
        size = rng.choice((4, 20, 64))
        data = rng.choice((b"", b"abc", b"a-b-c"))[:size]
        outputs.append(mutate(data, size, rng.getrandbits(31)))
        assert len(outputs[-1]) <= size
        executed(outputs[-1], False)
    assert any(each.endswith(b"~") for each in outputs)
    assert any(b"word" in each for each in outputs)
    assert any(b"new!" in each for each in outputs)
    assert any(b"kep" in each for each in outputs)
    assert not made.share.enabled[FRESH], "the strategy had no more"


def test_the_same_seed_makes_the_same_inputs() -> None:
    """As long as nothing has been learned, for what pays is measured by the clock."""
    runs = []
    for _ in range(2):
        mutate, _executed = mix(taught(), fresh=[]).mutator()
        rng = Random(3)  # noqa: S311 - a search
        runs.append([mutate(b"abc", 64, rng.getrandbits(31)) for _ in range(300)])
    assert runs[0] == runs[1]


def ran(mutate: Callable[[bytes, int, int], bytes], data: bytes, rng: Random) -> bytes:
    """What libFuzzer runs next: it asks again where it gets nothing."""
    while not (out := mutate(data, 64, rng.getrandbits(31))):
        pass
    return out


def test_a_chain_that_breaks_off_has_paid() -> None:
    """LibFuzzer goes on with what came out, five times, unless it was new: then that arm has earned."""
    made = mix(taught(), fresh=[])
    earned: list[int] = []
    noted: list[int] = []
    real = made.share.note

    def note(arm: int, *, cost: int, reward: float) -> None:
        noted.append(arm)
        earned.extend([arm] if reward else [])
        real(arm, cost=cost, reward=reward)

    made.share.note = note  # type: ignore[method-assign]
    mutate, executed = made.mutator()
    rng = Random(4)  # noqa: S311 - a search
    for chain in range(300):  # nothing new: every chain has its full length
        data = b"base %d" % chain
        for _ in range(MUTATE_DEPTH):
            data = ran(mutate, data, rng)
            executed(data, False)
    assert earned == []
    assert len(noted) > 300 * (MUTATE_DEPTH - 2)
    paid = 0
    for chain in range(300):  # the second output of each is new
        data = b"other base %d" % chain
        for _ in range(2):
            data = ran(mutate, data, rng)
            executed(data, True)
        paid += 1
    assert paid - 10 <= len(earned) <= paid
    assert len(set(earned)) > 1


def test_accepted_inputs_are_kept() -> None:
    """Small ones, a bounded number of them."""
    made = mix(taught(), fresh=[])
    for number in range(2 * POOL):
        made.keep(b"%d" % number)
    made.keep(b"x" * (POOL_LARGEST + 1))
    assert len(made.accepted) == POOL
    assert all(len(data) <= POOL_LARGEST for data in made.accepted)
    assert b"%d" % (2 * POOL - 1) in made.accepted
    assert any(int(data) < POOL for data in made.accepted), "a random one makes room, not the oldest"
    numbers = [int(data) for data in made.accepted]
    assert all(one < other for one, other in pairwise(numbers))


def _rows(made: Mix, count: int) -> list[bytes]:
    """The first outputs of rows of mutations of one input, each of which shows something new."""
    mutate, executed = made.mutator()
    found = []
    for number in range(count):
        found.append(mutate(b"from libFuzzer", 64, number * 7919))
        executed(found[-1], False)
    return found


def test_a_campaign_begins_beside_its_seeds() -> None:
    """Half of the first rows begin with a seed, and few of the later ones; without seeds, none does."""
    form = formats.text(max_size=64)
    near = [b"SEED" in out for out in _rows(mix(form, fresh=[], seeds=[b"SEED"]), 40 * NEAR)]
    assert NEAR / 5 < sum(near[:NEAR]) < NEAR
    assert sum(near[-NEAR:]) < NEAR / 8
    assert not any(b"SEED" in out for out in _rows(mix(form, fresh=[]), NEAR))


def test_examples_are_tried_early_and_once_the_shortest_first() -> None:
    """One in every few inputs is one until all were tried."""
    examples = [b"example" + b"!" * size for size in (9, 5, 1, 7, 3)]
    made = _rows(mix(formats.raw(max_size=64), fresh=[], examples=examples), 40 * EARLY)
    assert [out for out in made if out in examples] == sorted(examples, key=len)
