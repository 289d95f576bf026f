'use strict';

/**
 * Why the automata refuse something, in words (`jobstate.conformance.diagnosis`, `jobstate.automaton.explanation`).
 */
const Refusing = (() => {
  const { Automaton, bit, bits, maskOf, shownText, sightOf } = Automata;

  // --- Why something is refused -------------------------------------------------------------

  const needsText = (needs) =>
    needs.map(([name, wanted]) => (wanted ? name : `not ${name}`)).join(', ');

  /** Finds the words for what the automata refuse (`jobstate.conformance.diagnosis`). */
  class Refusal {
    constructor(tables, automata) {
      this.tables = tables;
      this.automata = automata;
      this.lifted = new Map();
    }

    features(automaton, known, sight, observation) {
      if (known & sight.features) return null;
      const shows = needsText(Object.entries(observation.features).sort(byName));
      const { assumed } = this.tables.lifecycle;
      const ground = assumed
        ? `it is judged given ${assumed}`
        : 'what was seen before rules that out';
      const kept = needsText(this.agreed(automaton, known, observation.features));
      return {
        rule: 'feature-changed',
        message: `the job shows ${shows}, but ${ground}`,
        path: 'features',
        seen: shows,
        allowed: kept ? [kept] : [],
        at: observation.modified,
      };
    }

    /** Those of some features that every hidden state of a set agrees on. */
    agreed({ table }, mask, wanted) {
      const sets = bits(mask).map((index) => table.features[table.hidden[index][1]]);
      return Object.entries(sets[0] ?? {})
        .filter(([name, value]) => name in wanted && sets.every((set) => set[name] === value))
        .sort(byName);
    }

    sample(automaton, before, known, sight, observation) {
      if (sight.illegalPair) return this.illegalPair(automaton, sight, observation);
      const origin =
        before === undefined
          ? 'the creation of a job'
          : automaton.labelOf(automaton.statesOf(before));
      const finding = {
        message: `${shownText(sight)} can't come after ${origin}`,
        path: automaton.region.field,
        seen: shownText(sight),
        allowed: automaton.statesOf(automaton.reach(known)).map((state) => state.name),
        at: observation.modified,
      };
      const target = (other) => sightOf(this.tables, other, sight, observation.features).mask;
      const step = (other, mask) => other.reach(mask);
      return this.refused(automaton, known, target, step, finding, sight.ruledOut);
    }

    history(automaton, followed, sight, observation, skipped) {
      if (sight.illegalPair) return this.illegalPair(automaton, sight, observation);
      if (followed.trouble !== null)
        return this.entry(automaton, followed, observation, skipped + followed.trouble);
      const last = observation.entries[observation.entries.length - 1].status;
      if (followed.leftOut)
        return this.transition(
          automaton,
          sight,
          observation,
          `the history leads to ${last} by a way that earlier answers rule out`,
        );
      if (!followed.known && [null, last].includes(sight.visible))
        return this.transition(
          automaton,
          sight,
          observation,
          `the answer says ${shownText(sight)}, but no legal run with this history is there`,
          automaton.statesOf(followed.history).map((state) => state.name),
        );
      return null;
    }

    illegalPair({ region, states }, sight, observation) {
      const partners = states.filter((state) => state.primary === sight.primary);
      const withIt = partners.map((state) => state.visible).join(', ');
      return {
        rule: `${region.prefix}illegal-pair`,
        message: `${sight.primary} does not go with ${sight.secondary}, only with ${withIt}`,
        path: region.field,
        seen: shownText(sight),
        allowed: partners.map((state) => state.name),
        at: observation.modified,
      };
    }

    entry(automaton, followed, observation, index) {
      const entry = observation.entries[index];
      const path = `${automaton.region.history}[${index}]`;
      if (!followed.before) return this.beginning(automaton, entry, path);
      const previous = observation.entries[index - 1].status;
      const next = automaton
        .statesOf(automaton.move(followed.before))
        .map((state) => state.visible)
        .filter((visible) => visible !== previous);
      const finding = {
        message:
          `entry ${index + 1} (${entry.status}) can't come after` + ` entry ${index} (${previous})`,
        path,
        seen: entry.status,
        allowed: [...new Set(next)],
        at: entry.start,
      };
      const target = (other) => other.ofVisible.get(entry.status) ?? 0n;
      const step = (other, mask) => other.loud(other.silent(mask));
      return this.refused(automaton, followed.before, target, step, finding, !target(automaton));
    }

    beginning(automaton, entry, path) {
      const begin = automaton
        .statesOf(maskOf(automaton.region.start))
        .map((state) => state.visible);
      return {
        rule: `${automaton.region.prefix}illegal-start`,
        message: `the history begins with ${entry.status}; a job begins with ${begin.join(' or ')}`,
        path,
        seen: entry.status,
        allowed: begin,
        at: entry.start,
      };
    }

    transition(automaton, sight, observation, message, allowed = []) {
      return {
        rule: `${automaton.region.prefix}illegal-transition`,
        message,
        path: automaton.region.field,
        seen: shownText(sight),
        allowed,
        at: observation.modified,
      };
    }

    /** Say which requirement a step fails on, by lifting one at a time. */
    refused(automaton, known, target, step, finding, ruledOut) {
      for (const memory of this.tables.memories) {
        const [other, mask] = this.without(automaton, known, `after ${memory.name}`);
        if (step(other, mask) & target(other)) {
          const passed = automaton.states
            .filter((state) => memory.states.includes(state.name))
            .map((state) => state.visible);
          const missing = [...new Set(passed)].join(' or ');
          const message = `${finding.message} without ${missing} before it`;
          return { ...finding, rule: memory.rule, message };
        }
      }
      const why = this.why(automaton, known, target, step, ruledOut);
      const rule = `${automaton.region.prefix}illegal-transition`;
      return { ...finding, rule, message: `${finding.message}: ${why}` };
    }

    why(automaton, known, target, step, ruledOut) {
      if (ruledOut) return `no job given ${this.tables.lifecycle.assumed} gets there`;
      const states = automaton.statesOf(known);
      if (states.every((state) => state.final)) return `${automaton.labelOf(states)} is final`;
      const [other, mask] = this.without(automaton, known, 'needs');
      const everywhere = other
        .statesOf(target(other))
        .reduce((union, state) => union | other.ofState[other.states.indexOf(state)], 0n);
      const end = step(other, mask) & everywhere;
      if (!end) return 'no legal move leads there';
      const needs = needsOnTheWay(automaton.region, other, mask, end) || 'other features';
      return `the way there is only for jobs with: ${needs}`;
    }

    /** The automaton without some requirement, and what is known in its terms. */
    without(automaton, known, requirement) {
      const key = `${automaton.region.name} ${requirement}`;
      if (!this.lifted.has(key))
        this.lifted.set(key, new Automaton(automaton.region, automaton.region.lifted[requirement]));
      const other = this.lifted.get(key);
      const named = ({ table }, [state, set]) => `${state} ${JSON.stringify(table.features[set])}`;
      const there = new Set(
        bits(known).map((index) => named(automaton, automaton.table.hidden[index])),
      );
      const mask = other.table.hidden.flatMap((hidden, index) =>
        there.has(named(other, hidden)) ? [index] : [],
      );
      return [other, maskOf(mask)];
    }
  }

  const byName = ([one], [other]) => (one < other ? -1 : 1);

  // --- The shortest way, for what it needs (`jobstate.automaton.explanation`) ---------------------------

  const MOST_WAYS = 16;

  const distancesFrom = ({ table }, start) => {
    const distance = new Map(bits(start).map((index) => [index, 0]));
    for (const [index, steps] of distance)
      for (const target of table.moves[index])
        if (!distance.has(target)) distance.set(target, steps + 1);
    return distance;
  };

  function* walkBack({ table }, distance, targets) {
    const stack = targets.reverse().map((target) => [target, []]);
    while (stack.length) {
      const [index, way] = stack.pop();
      const steps = distance.get(index);
      if (steps === 0) yield way;
      else
        for (const [before, nearer] of distance)
          if (nearer === steps - 1)
            table.moves[before].forEach((target, place) => {
              if (target === index) stack.push([before, [table.by[before][place], ...way]]);
            });
    }
  }

  const compareWeakness = (one, other) => {
    const [a, b] = [one, other].map((way) => [Math.max(...way), ...way]);
    const place = a.findIndex((each, index) => each !== b[index]);
    return place < 0 ? 0 : a[place] - b[place];
  };

  const shortestWay = (automaton, start, end) => {
    if (start & end) return [];
    const distance = distancesFrom(automaton, start);
    const ends = bits(end).filter((index) => distance.has(index));
    const nearest = Math.min(...ends.map((index) => distance.get(index)));
    const targets = ends.filter((index) => distance.get(index) === nearest);
    const found = new Map();
    for (const way of walkBack(automaton, distance, targets)) {
      if (!found.has(way.join())) found.set(way.join(), way);
      if (found.size === MOST_WAYS) break;
    }
    const weakness = (way) => way.map((edge) => automaton.table.edges[edge][3]);
    return [...found.values()].sort((one, other) =>
      compareWeakness(weakness(one), weakness(other)),
    )[0];
  };

  const needsOnTheWay = (region, other, mask, goal) => {
    const start = maskOf(bits(mask).filter((index) => other.reach(bit(index)) & goal));
    const end = goal & other.reach(start);
    const wanted = new Map();
    for (const taken of shortestWay(other, start, end)) {
      const [origin, target, cause] = other.table.edges[taken];
      for (const edge of region.edges)
        if (edge.origin === origin && edge.target === target && edge.cause === cause)
          for (const need of Object.entries(edge.needs)) wanted.set(need.join(), need);
    }
    return needsText([...wanted.values()]);
  };

  return { Refusal };
})();
