'use strict';

/**
 * Rules that are data, over one answer (`jobstate.conformance.rules`) and between two
 * (`jobstate.conformance.between`), and how histories fit together
 * (`jobstate.conformance.histories`).
 */
const Ruling = (() => {
  const { Time, clock, finding, intervalOf, isBefore, later, sameTime, valueText } = Reading;
  const { shownText } = Automata;

  const isNumber = (value) => typeof value === 'number';
  const isTime = (value) => value instanceof Time;
  const areTimes = (one, other) => isTime(one) && isTime(other);
  const isSame = (one, other) => (areTimes(one, other) ? sameTime(one, other) : one === other);
  const isLess = (one, other) =>
    areTimes(one, other) ? isBefore(one, other) : isNumber(one) && isNumber(other) && one < other;

  /** Finds what is against the rules of the tables; `automata` are by the names of regions. */
  class Rules {
    constructor(tables, automata, say) {
      Object.assign(this, { tables, automata, say });
      this.place = new Map(tables.rules.map((rule, place) => [rule.id, place]));
    }

    /** What the rules over one answer find, in their order. */
    findings(observation, sights) {
      const tests = [this.unmet, this.outOfOrder, this.missing, this.unequal, this.excluded];
      const found = tests.flatMap((test) => [...test.call(this, observation, sights)]);
      return found.sort((one, other) => this.place.get(one.rule) - this.place.get(other.rule));
    }

    text(value) {
      return valueText(this.say, value);
    }

    /** Whether some (or every) state that is shown is one of these; null where none is shown. */
    holds({ region, states }, sights, how) {
      const isShown = (mask, place) => (mask & sights.get(region).real ? place : []);
      const shown = sights.has(region) ? this.automata.get(region).ofState.flatMap(isShown) : [];
      return shown.length ? shown[how]((place) => states.includes(place)) : null;
    }

    /** What is asked for, by a value or by where a region is, and can't be. */
    *unmet({ values, modified, shown }, sights) {
      const fails = ({ then }) => this.holds(then, sights, 'some') === false;
      const failing = this.tables.requires.filter(fails);
      const so = (region) => shownText(shown[region]);
      for (const [field, value] of values)
        for (const test of failing.filter((each) => each.field === field)) {
          const said = { value: this.text(value), shown: so(test.then.region) };
          yield finding(test, said, isTime(value) ? value : modified);
        }
      for (const region of sights.keys())
        for (const test of failing.filter(({ when }) => when?.region === region))
          if (this.holds(test.when, sights, 'every'))
            yield finding(test, { asked: so(region), shown: so(test.then.region) }, modified);
    }

    *missing({ values, possible, shown, modified }, sights) {
      for (const test of this.tables.exactly)
        if (possible.includes(test.field) && !values.has(test.field))
          if (this.holds(test.when, sights, 'every'))
            yield finding(test, { shown: shownText(shown[test.when.region]) }, modified);
    }

    *unequal({ values, modified }) {
      for (const test of this.tables.sums) {
        const sides = test.sides.map((names) => names.map((name) => values.get(name)));
        const [found, wanted] = sides.map((side) => side.reduce((sum, each) => sum + each, 0));
        if (sides.flat().every(isNumber) && found !== wanted)
          yield finding(test, { found, wanted }, modified);
      }
    }

    *outOfOrder({ values, modified }) {
      for (const test of this.tables.orders) {
        const [low, high] = [values.get(test.other), values.get(test.field)];
        if (!isLess(high, low)) continue;
        const said = { value: this.text(high), bound: this.text(low) };
        yield finding(test, said, isTime(high) ? high : modified);
      }
    }

    *excluded({ features, modified }) {
      for (const test of this.tables.exclusions)
        if (this.place.has(test.rule) && test.features.every((name) => features[name]))
          yield finding(test, {}, modified);
    }

    /**
     * What rules between answers find; the values kept of those before become this one's. That one
     * fell is said only where the answer before is certainly the older one.
     */
    between(kept, observation, reordered) {
      const { values, modified } = observation;
      const { begin, end } = intervalOf(observation);
      const before = new Map(kept);
      const found = [];
      for (const test of this.tables.between) {
        const value = values.get(test.field);
        const { value: was, end: ended } = before.get(test.field) ?? {};
        if (value === undefined || [...String(value)].length > this.tables.most.value) continue;
        const isLater = !reordered || ended < begin;
        const differs = test.grows ? isLater && isLess(value, was) : !isSame(was, value);
        const against = was !== undefined && differs;
        const said = against && { then: this.text(was), now: this.text(value) };
        if (against) found.push(finding(test, said, isTime(value) ? value : modified));
        if (test.grows || was === undefined) kept.set(test.field, { value, end });
        else if (!against && isTime(was)) kept.set(test.field, { value: later(was, value), end });
      }
      return found;
    }
  }

  // --- How histories fit together -------------------------------------------------------------

  const entryText = (say, { status, start, end }) => {
    const said = { status, start: clock(start), end: end && clock(end) };
    return say(end ? 'ended_entry' : 'open_entry', said);
  };

  const isSameEntry = (was, now) =>
    was.status === now.status &&
    sameTime(was.start, now.start) &&
    (!was.end || !now.end || sameTime(was.end, now.end));

  /** Where a history says something else than an earlier one, or lacks some of it; else null. */
  const rewritten = ({ findings }, say, old, fresh) => {
    const index = fresh.findIndex((now, at) => at < old.length && !isSameEntry(old[at], now));
    if (index >= 0) {
      const [was, now] = [old[index], fresh[index]].map((each) => entryText(say, each));
      const said = { index, number: index + 1, was, now };
      return { ...finding(findings.rewritten, said, fresh[index].start), contradicts: true };
    }
    if (!fresh.length || fresh.length >= old.length) return null;
    const lost = old.slice(fresh.length);
    const said = { new: fresh.length, old: old.length, gone: entryText(say, lost[0]) };
    const names = lost.map((entry) => entry.status).join(', ');
    return finding(findings.shortened, { ...said, lost: names }, lost[0].start);
  };

  /** The longer of two histories that agree, with the finer of their times. */
  const merged = (old, fresh) => {
    const both = fresh.slice(0, old.length).map((now, place) => {
      const { start, end } = old[place];
      return { ...now, start: later(start, now.start), end: later(end, now.end) };
    });
    return [...both, ...old.slice(both.length), ...fresh.slice(both.length)];
  };

  return { Rules, merged, rewritten };
})();
