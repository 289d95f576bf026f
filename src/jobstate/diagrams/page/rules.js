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

  class Rules {
    constructor(tables, automata) {
      this.tables = tables;
      this.automata = automata;
      this.place = new Map(tables.rules.map((rule, place) => [rule.id, place]));
    }

    /** What each rule finds, in the order of the rules. */
    findings(observation, sights) {
      const found = [
        ...this.byField(observation, sights),
        ...this.byRegion(observation, sights),
        ...this.orders(observation),
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
            yield this.unmet(test, observation, `${name} is set (${valueText(value)})`, at);
          }
    }

    *byRegion(observation, sights) {
      for (const region of sights.keys())
        for (const test of this.tables.requires)
          if (test.when?.region === region && !this.holdsForAny(test.then, sights))
            if (this.holdsForAll(test.when, sights)) {
              const asked = `the ${words(region)} is ${shownText(observation.shown[region])}`;
              yield this.unmet(test, observation, asked, observation.modified);
            }
    }

    unmet({ rule, field, then }, observation, asked, at) {
      const here = shownText(observation.shown[then.region]);
      const { region } = this.automata.get(then.region);
      return {
        rule,
        message: `${asked} while the ${words(then.region)} is ${here}`,
        path: field || region.field,
        seen: here,
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

    *outOfOrder(rule, lowName, highName, { values, modified }) {
      const [low, high] = [values.get(lowName), values.get(highName)];
      if (isLess(high, low))
        yield {
          rule,
          message: `${highName} (${valueText(high)}) is less than ${lowName} (${valueText(low)})`,
          path: highName,
          seen: valueText(high),
          allowed: [`${valueText(low)} or more`],
          at: high instanceof Time ? high : modified,
        };
    }

    *excluded({ features, modified }) {
      for (const exclusion of this.tables.exclusions)
        if (this.place.has(exclusion.rule) && exclusion.features.every((name) => features[name])) {
          const together = exclusion.features.map(words).join(' and ');
          yield {
            rule: exclusion.rule,
            message: `the job shows ${together}, which exclude each other`,
            path: 'features',
            seen: together,
            allowed: exclusion.features.map((name) => `no ${words(name)}`),
            at: modified,
          };
        }
    }
  }

  // --- How histories fit together (`jobstate.conformance.histories`) ----------------------------------------

  const entryText = (entry) =>
    `${entry.status} from ${clock(entry.start)}${entry.end ? ` to ${clock(entry.end)}` : ''}`;

  const isSameEntry = (was, now) =>
    was.status === now.status &&
    sameTime(was.start, now.start) &&
    (!was.end || !now.end || sameTime(was.end, now.end));

  const contradiction = (old, fresh, name) => {
    const count = Math.min(old.length, fresh.length);
    for (let place = 0; place < count; place += 1) {
      const [was, now] = [old[place], fresh[place]];
      if (!isSameEntry(was, now))
        return {
          message:
            `entry ${place + 1} was ${entryText(was)} in an earlier answer and is` +
            ` ${entryText(now)} now`,
          path: `${name}[${place}]`,
          seen: entryText(now),
          allowed: [entryText(was)],
          at: now.start,
        };
    }
    return null;
  };

  const shortening = (old, fresh, name) => {
    if (!fresh.length || fresh.length >= old.length) return null;
    const lost = old.slice(fresh.length);
    const gone = lost.map((entry) => entry.status).join(', ');
    return {
      message:
        `the history has ${fresh.length} entries, but an earlier answer had` +
        ` ${old.length}: ${gone} is gone`,
      path: `${name}[${fresh.length}]`,
      seen: 'no entry',
      allowed: [entryText(lost[0])],
      at: lost[0].start,
    };
  };

  const merged = (old, fresh) => {
    const together = fresh
      .slice(0, old.length)
      .map((now, place) => (old[place].end && !now.end ? { ...now, end: old[place].end } : now));
    return [...together, ...old.slice(together.length), ...fresh.slice(together.length)];
  };

  return { Rules, contradiction, merged, shortening };
})();
