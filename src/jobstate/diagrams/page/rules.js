'use strict';

/**
 * Rules that are data, over one answer (`jobstate.conformance.rules`) and between two
 * (`jobstate.conformance.between`), and how histories fit together
 * (`jobstate.conformance.histories`).
 */
const Ruling = (() => {
  const { Time, clock, intervalOf, isBefore, later, sameTime, valueText } = Reading;
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

    so({ region }, shown) {
      return { region: region.replaceAll('_', ' '), shown: shownText(shown[region]) };
    }

    /** Whether some (or every) state that is shown is one of these; null where none is shown. */
    holds({ region, states }, sights, how) {
      const isShown = (mask, place) => (mask & sights.get(region).real ? place : []);
      const shown = sights.has(region) ? this.automata.get(region).ofState.flatMap(isShown) : [];
      return shown.length ? shown[how]((place) => states.includes(place)) : null;
    }

    /** What is asked for, by a value or by where a region is, and can't be. */
    *unmet({ values, modified, shown }, sights) {
      const so = (region) => this.say('is_so', this.so({ region }, shown));
      const unmet = ({ rule, field, then }, asked, at) => {
        const message = this.say('unmet', { asked, shown: so(then.region) });
        const seen = shownText(shown[then.region]);
        return { rule, message, path: field || then.path, seen, allowed: then.names, at };
      };
      const fails = ({ then }) => this.holds(then, sights, 'some') === false;
      const failing = this.tables.requires.filter(fails);
      for (const [field, value] of values)
        for (const test of failing.filter((each) => each.field === field)) {
          const asked = this.say('is_set', { field, value: this.text(value) });
          yield unmet(test, asked, isTime(value) ? value : modified);
        }
      for (const region of sights.keys())
        for (const test of failing.filter(({ when }) => when?.region === region))
          if (this.holds(test.when, sights, 'every')) yield unmet(test, so(region), modified);
    }

    *missing({ values, possible, shown, modified }, sights) {
      for (const { rule, field, when } of this.tables.exactly) {
        if (values.has(field) || !possible.includes(field)) continue;
        if (!this.holds(when, sights, 'every')) continue;
        const message = this.say('missing', { field, ...this.so(when, shown) });
        const here = { path: field, seen: this.say('no_value'), allowed: [this.say('a_value')] };
        yield { rule, message, ...here, at: modified };
      }
    }

    *unequal({ values, modified }) {
      for (const { rule, sides, fields, others, path } of this.tables.sums) {
        const numbers = sides.map((names) => names.map((name) => values.get(name)));
        if (!numbers.flat().every(isNumber)) continue;
        const [found, wanted] = numbers.map((side) => side.reduce((sum, each) => sum + each, 0));
        const message = this.say('unequal', { fields, found, others, wanted });
        const here = { path, seen: `${found}`, allowed: [`${wanted}`], at: modified };
        if (found !== wanted) yield { rule, message, ...here };
      }
    }

    *outOfOrder({ values, modified }) {
      for (const { rule, other, field } of this.tables.orders) {
        const [low, high] = [values.get(other), values.get(field)];
        if (!isLess(high, low)) continue;
        const [bound, value] = [this.text(low), this.text(high)];
        const message = this.say('less', { field, value, other, bound });
        const here = { path: field, seen: value, allowed: [this.say('or_more', { bound })] };
        yield { rule, message, ...here, at: isTime(high) ? high : modified };
      }
    }

    *excluded({ features, modified }) {
      for (const { features: names, ...said } of this.tables.exclusions)
        if (this.place.has(said.rule) && names.every((name) => features[name]))
          yield { ...said, path: 'features', at: modified };
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
      for (const { rule, field, grows } of this.tables.between) {
        const { value: was, end: ended } = before.get(field) ?? {};
        const value = values.get(field);
        if (value === undefined || [...String(value)].length > this.tables.most.value) continue;
        const isLater = !reordered || ended < begin;
        const differs = grows ? isLater && isLess(value, was) : !isSame(was, value);
        const against = was !== undefined && differs;
        if (against) {
          const [then, now] = [this.text(was), this.text(value)];
          const message = this.say(grows ? 'fell' : 'changed', { field, now, then });
          const allowed = [grows ? this.say('never_less', { then }) : then];
          const at = isTime(value) ? value : modified;
          found.push({ rule, message, path: field, seen: now, allowed, at });
        }
        if (grows || was === undefined) kept.set(field, { value, end });
        else if (!against && isTime(was)) kept.set(field, { value: later(was, value), end });
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
  const rewritten = (say, old, fresh, name) => {
    const rule = 'history-rewritten';
    const place = fresh.findIndex((now, at) => at < old.length && !isSameEntry(old[at], now));
    if (place >= 0) {
      const [was, now] = [old[place], fresh[place]].map((each) => entryText(say, each));
      const message = say('rewritten', { number: place + 1, was, now });
      const here = { path: `${name}[${place}]`, seen: now, allowed: [was], at: fresh[place].start };
      return { rule, message, ...here, contradicts: true };
    }
    if (!fresh.length || fresh.length >= old.length) return null;
    const [gone] = old.slice(fresh.length);
    const lost = old.slice(fresh.length).map((entry) => entry.status).join(', ');
    const message = say('shortened', { new: fresh.length, old: old.length, lost });
    const here = { path: `${name}[${fresh.length}]`, seen: say('no_entry'), at: gone.start };
    return { rule, message, ...here, allowed: [entryText(say, gone)] };
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
