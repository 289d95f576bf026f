'use strict';

/**
 * Why the automata refuse something, in words (`jobstate.conformance.diagnosis`, `jobstate.automaton.explanation`).
 */
const Refusing = (() => {
  const { Automaton, bit, bits, maskOf, shownText, sightOf } = Automata;

  // --- Why something is refused -------------------------------------------------------------

  const needsText = (say, needs) =>
    needs.map(([name, wanted]) => (wanted ? name : say('lacked', { name }))).join(', ');

  /** Finds the sentences for what the automata refuse (`jobstate.conformance.diagnosis`). */
  class Refusal {
    constructor(tables, say) {
      Object.assign(this, { tables, say });
      this.lifted = new Map();
    }

    features(automaton, known, sight, observation) {
      if (known & sight.features) return null;
      const { say } = this;
      const shows = needsText(say, Object.entries(observation.features).sort(byName));
      const given = this.tables.lifecycle.assumed;
      const message = say(given ? 'assumed_otherwise' : 'seen_otherwise', { shows, given });
      const kept = needsText(say, this.agreed(automaton, known, observation.features));
      const found = { path: 'features', seen: shows, allowed: kept ? [kept] : [] };
      return { rule: 'feature-changed', message, ...found, at: observation.modified };
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
      if (sight.cameFrom) [before, known] = [sight.cameFrom, sight.cameFrom];
      const was = before === undefined ? null : automaton.statesOf(before);
      const origin = was ? automaton.labelOf(was) : this.say('creation');
      const message = this.say('sample_refused', { shown: shownText(sight), origin });
      const reached = automaton.statesOf(automaton.reach(known));
      const finding = this.found(automaton, sight, observation, message, reached);
      const target = (other) => sightOf(this.tables, other, sight, observation.features).mask;
      const step = (other, mask) => other.reach(mask);
      return this.refused(automaton, known, target, step, finding, sight.ruledOut);
    }

    history(automaton, followed, sight, observation, skipped) {
      if (sight.illegalPair) return this.illegalPair(automaton, sight, observation);
      if (sight.cameFrom) return this.sample(automaton, undefined, 0n, sight, observation);
      if (followed.trouble !== null)
        return this.entry(automaton, followed, sight, observation, skipped + followed.trouble);
      const last = observation.entries[observation.entries.length - 1].status;
      if (followed.leftOut)
        return this.found(automaton, sight, observation, this.say('left_out', { last }));
      if (followed.known || ![null, last].includes(sight.visible)) return null;
      const message = this.say('no_run', { shown: shownText(sight) });
      const states = automaton.statesOf(followed.history);
      return this.found(automaton, sight, observation, message, states);
    }

    illegalPair(automaton, sight, observation) {
      const fitting = automaton.states.filter((state) => state.primary === sight.primary);
      const partners = fitting.map((state) => state.visible).join(', ');
      const message = this.say('illegal_pair', { ...sight, partners });
      return this.found(automaton, sight, observation, message, fitting, 'illegal-pair');
    }

    entry(automaton, followed, sight, observation, index) {
      const { status, start } = observation.entries[index];
      const here = { path: `${automaton.region.history}[${index}]`, seen: status, at: start };
      if (!followed.before) return { ...this.beginning(automaton, sight, status), ...here };
      const previous = observation.entries[index - 1].status;
      const next = automaton
        .statesOf(automaton.move(followed.before))
        .map((state) => state.visible)
        .filter((visible) => visible !== previous);
      const said = { number: index + 1, status, before: index, previous };
      const message = this.say('entry_refused', said);
      const finding = { message, allowed: [...new Set(next)], ...here };
      const target = (other) => other.ofVisible.get(status) ?? 0n;
      const step = (other, mask) => other.loud(other.silent(mask));
      return this.refused(automaton, followed.before, target, step, finding, !target(automaton));
    }

    beginning(automaton, sight, status) {
      const { region } = automaton;
      const begun = maskOf(region.start) & sight.features;
      const allowed = automaton.statesOf(begun).map((state) => state.visible);
      const message = this.say('illegal_start', { status, begin: allowed.join(' or ') });
      return { rule: `${region.prefix}illegal-start`, message, allowed };
    }

    /** A finding about the status that an answer shows. */
    found({ region }, sight, { modified }, message, states = [], kind = 'illegal-transition') {
      return {
        rule: region.prefix + kind,
        message,
        path: region.field,
        seen: shownText(sight),
        allowed: states.map((state) => state.name),
        at: modified,
      };
    }

    /** Say which requirement a step fails on, by lifting one at a time. */
    refused(automaton, known, target, step, finding, ruledOut) {
      for (const memory of this.tables.memories) {
        const [other, mask] = this.without(automaton, known, `after ${memory.name}`);
        if (step(other, mask) & target(other)) {
          const missing = automaton.states
            .filter((state) => memory.states.includes(state.name))
            .map((state) => state.visible);
          const passed = [...new Set(missing)].join(' or ');
          const message = this.say('without', { refused: finding.message, passed });
          return { ...finding, rule: memory.rule, message };
        }
      }
      const why = this.why(automaton, known, target, step, ruledOut);
      const rule = `${automaton.region.prefix}illegal-transition`;
      const message = this.say('because', { refused: finding.message, why });
      return { ...finding, rule, message };
    }

    why(automaton, known, target, step, ruledOut) {
      const { say, tables } = this;
      if (ruledOut) return say('ruled_out', { given: tables.lifecycle.assumed });
      const states = automaton.statesOf(known);
      const label = automaton.labelOf(states);
      if (states.every((state) => state.final && !state.reopens)) return say('final', { label });
      const [other, mask] = this.without(automaton, known, 'needs');
      const everywhere = other
        .statesOf(target(other))
        .reduce((union, state) => union | other.ofState[other.states.indexOf(state)], 0n);
      const end = step(other, mask) & everywhere;
      if (!end) return say('no_move');
      const needs = needsOnTheWay(automaton.region, other, mask, end).join(', ');
      return say('needs', { needs: needs || say('other_features') });
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
    const wanted = new Set();
    for (const taken of shortestWay(other, start, end)) {
      const [origin, target, cause] = other.table.edges[taken];
      for (const edge of region.edges)
        if (edge.origin === origin && edge.target === target && edge.cause === cause)
          for (const need of edge.needs) wanted.add(need);
    }
    return [...wanted];
  };

  return { Refusal };
})();
