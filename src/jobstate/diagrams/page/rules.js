'use strict';

/**
 * Rules that are data, over one answer (`jobstate.conformance.rules`), and how the histories of several
 * answers fit together (`jobstate.conformance.histories`).
 */
const Ruling = (() => {
  const { Time, clock, isBefore, sameTime, valueText } = Reading;
  const { shownText } = Automata;

  // --- Rules that are data (`jobstate.conformance.rules`) -------------------------------------------------

  const words = (name) => name.replaceAll('_', ' ');

  const isNumber = (value) => typeof value === 'number';

  const isLess = (one, other) => {
    if (one instanceof Time && other instanceof Time) return isBefore(one, other);
    return isNumber(one) && isNumber(other) && one < other;
  };

  const isSame = (one, other) =>
    one instanceof Time && other instanceof Time ? sameTime(one, other) : one === other;

  /** Of two prints of one time the finer, which is the later: a print can only cut. */
  const finer = (one, other) => (one && !(other && other.micros > one.micros) ? one : other);

  class Rules {
    constructor(tables, automata, say) {
      Object.assign(this, { tables, automata, say });
      this.place = new Map(tables.rules.map((rule, place) => [rule.id, place]));
    }

    /** What each rule finds, in the order of the rules. */
    findings(observation, sights) {
      const found = [
        ...this.byField(observation, sights),
        ...this.byRegion(observation, sights),
        ...this.orders(observation),
        ...this.missing(observation, sights),
        ...this.sums(observation),
        ...this.excluded(observation),
      ];
      return found.sort((one, other) => this.place.get(one.rule) - this.place.get(other.rule));
    }

    /** The places among a region's states that a sight leaves possible. */
    states(region, sight) {
      const { ofState } = this.automata.get(region);
      return ofState.flatMap((mask, place) => (mask & sight.real ? [place] : []));
    }

    holdsForAny({ region, states }, sights) {
      if (!sights.has(region)) return true;
      const possible = this.states(region, sights.get(region));
      return !possible.length || possible.some((place) => states.includes(place));
    }

    holdsForAll({ region, states }, sights) {
      const possible = this.states(region, sights.get(region));
      return possible.length > 0 && possible.every((place) => states.includes(place));
    }

    *byField(observation, sights) {
      for (const [name, value] of observation.values)
        for (const test of this.tables.requires)
          if (test.field === name && !this.holdsForAny(test.then, sights)) {
            const at = value instanceof Time ? value : observation.modified;
            const said = { field: name, value: valueText(this.say, value) };
            yield this.unmet(test, observation, this.say('is_set', said), at);
          }
    }

    *byRegion(observation, sights) {
      for (const region of sights.keys())
        for (const test of this.tables.requires)
          if (test.when?.region === region && !this.holdsForAny(test.then, sights))
            if (this.holdsForAll(test.when, sights)) {
              const asked = this.so(region, observation);
              yield this.unmet(test, observation, asked, observation.modified);
            }
    }

    *missing(observation, sights) {
      const { values, possible, shown, modified } = observation;
      for (const { rule, field, when } of this.tables.exactly) {
        const { region } = when;
        if (values.has(field) || !possible.includes(field) || !sights.has(region)) continue;
        if (!this.holdsForAll(when, sights)) continue;
        const said = { field, region: words(region), shown: shownText(shown[region]) };
        const [seen, value] = [this.say('no_value'), this.say('a_value')];
        const message = this.say('missing', said);
        yield { rule, message, path: field, seen, allowed: [value], at: modified };
      }
    }

    *sums({ values, modified }) {
      for (const { rule, fields, others } of this.tables.sums) {
        const sides = [fields, others].map((names) => names.map((name) => values.get(name)));
        if (!sides.flat().every(isNumber)) continue;
        const [found, wanted] = sides.map((side) => side.reduce((sum, each) => sum + each, 0));
        if (found === wanted) continue;
        const said = { fields: fields.join(' + '), found, others: others.join(' + '), wanted };
        const message = this.say('unequal', said);
        const path = fields[0].split('.').slice(0, -1).join('.') || fields[0];
        yield { rule, message, path, seen: `${found}`, allowed: [`${wanted}`], at: modified };
      }
    }

    so(region, { shown }) {
      return this.say('is_so', { region: words(region), shown: shownText(shown[region]) });
    }

    unmet({ rule, field, then }, observation, asked, at) {
      const { region } = this.automata.get(then.region);
      const shown = this.so(then.region, observation);
      return {
        rule,
        message: this.say('unmet', { asked, shown }),
        path: field || region.field,
        seen: shownText(observation.shown[then.region]),
        allowed: then.states.map((place) => region.states[place].name),
        at,
      };
    }

    *orders(observation) {
      for (const { rule, fields } of this.tables.orders) {
        const there = fields.filter((name) => observation.values.has(name));
        for (const [place, low] of there.entries())
          for (const high of there.slice(place + 1))
            yield* this.outOfOrder(rule, low, high, observation);
      }
    }

    *outOfOrder(rule, other, field, { values, modified }) {
      const [low, high] = [values.get(other), values.get(field)];
      if (!isLess(high, low)) return;
      const [bound, value] = [valueText(this.say, low), valueText(this.say, high)];
      const message = this.say('less', { field, value, other, bound });
      const allowed = [this.say('or_more', { bound })];
      const at = high instanceof Time ? high : modified;
      yield { rule, message, path: field, seen: value, allowed, at };
    }

    /**
     * What rules between two answers find, in their order (`jobstate.conformance.between`); the
     * fields kept of the answers before become those of this one.
     */
    between(kept, observation) {
      const found = [];
      const before = new Map(kept);
      for (const { rule, fields, grows } of this.tables.between)
        for (const field of fields.filter((name) => this.isKept(observation.values.get(name)))) {
          const [was, now] = [before.get(field), observation.values.get(field)];
          const against = was !== undefined && (grows ? isLess(now, was) : !isSame(was, now));
          if (against) found.push(this.against(rule, field, grows, was, observation));
          if (grows || was === undefined) kept.set(field, now);
          else if (!against && was instanceof Time) kept.set(field, finer(was, now));
        }
      return found;
    }

    isKept(value) {
      if (typeof value === 'string') return [...value].length <= this.tables.most.value;
      return value !== undefined;
    }

    against(rule, field, grows, was, { values, modified }) {
      const value = values.get(field);
      const [then, now] = [was, value].map((each) => valueText(this.say, each));
      const message = this.say(grows ? 'fell' : 'changed', { field, now, then });
      const allowed = [grows ? this.say('never_less', { then }) : then];
      const at = value instanceof Time ? value : modified;
      return { rule, message, path: field, seen: now, allowed, at };
    }

    *excluded({ features, modified }) {
      for (const exclusion of this.tables.exclusions)
        if (this.place.has(exclusion.rule) && exclusion.features.every((name) => features[name])) {
          const names = exclusion.features.map(words);
          const together = names.join(' and ');
          const message = this.say('excluded', { together });
          const allowed = names.map((feature) => this.say('lacking', { feature }));
          const { rule } = exclusion;
          yield { rule, message, path: 'features', seen: together, allowed, at: modified };
        }
    }
  }

  // --- How histories fit together (`jobstate.conformance.histories`) ----------------------------------------

  const entryText = (say, { status, start, end }) => {
    const said = { status, start: clock(start), end: end && clock(end) };
    return say(end ? 'ended_entry' : 'open_entry', said);
  };

  const isSameEntry = (was, now) =>
    was.status === now.status &&
    sameTime(was.start, now.start) &&
    (!was.end || !now.end || sameTime(was.end, now.end));

  const contradiction = (say, old, fresh, name) => {
    const count = Math.min(old.length, fresh.length);
    for (let place = 0; place < count; place += 1)
      if (!isSameEntry(old[place], fresh[place])) {
        const [was, now] = [old[place], fresh[place]].map((each) => entryText(say, each));
        const message = say('rewritten', { number: place + 1, was, now });
        const at = fresh[place].start;
        return { message, path: `${name}[${place}]`, seen: now, allowed: [was], at };
      }
    return null;
  };

  const shortening = (say, old, fresh, name) => {
    if (!fresh.length || fresh.length >= old.length) return null;
    const gone = old.slice(fresh.length);
    const lost = gone.map((entry) => entry.status).join(', ');
    const message = say('shortened', { new: fresh.length, old: old.length, lost });
    const here = { path: `${name}[${fresh.length}]`, seen: say('no_entry') };
    return { message, ...here, allowed: [entryText(say, gone[0])], at: gone[0].start };
  };

  const merged = (old, fresh) => {
    const together = fresh.slice(0, old.length).map((now, place) => {
      const was = old[place];
      return { ...now, start: finer(was.start, now.start), end: finer(was.end, now.end) };
    });
    return [...together, ...old.slice(together.length), ...fresh.slice(together.length)];
  };

  return { Rules, contradiction, merged, shortening };
})();
