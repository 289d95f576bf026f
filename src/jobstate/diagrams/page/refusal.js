'use strict';

/**
 * Why the automata refuse something, in the sentences of the tables
 * (`jobstate.conformance.diagnosis`): it is tried again with one requirement lifted at a time.
 */
const Refusing = (() => {
  const { finding } = Reading;
  const { Automaton, bits, maskOf, shownText } = Automata;

  class Refusal {
    constructor(tables, say) {
      const { memories, lifecycle } = tables;
      Object.assign(this, { tables, say, memories, given: lifecycle.assumed, lifted: new Map() });
    }

    /** How features contradict what is known; null where they do not. */
    features({ table, region }, known, sight, { features, modified }) {
      if (known & sight.features) return null;
      const one = ([name, has]) => (has ? name : this.say('lacked', { name }));
      const text = (needs) => needs.sort().map(one).join(', ');
      const sets = bits(known).map((index) => region.features[table.hidden[index][1]]);
      const agreed = ([name, value]) =>
        name in features && sets.every((set) => set[name] === value);
      const kept = text(Object.entries(sets[0] ?? {}).filter(agreed));
      const said = { shows: text(Object.entries(features)) };
      return finding(this.tables.findings.features, said, modified, kept ? [kept] : []);
    }

    /** Why an answer can't come after what is known. */
    sample(automaton, before, known, sight, observation) {
      if (sight.illegalPair) return this.illegalPair(automaton, sight, observation);
      if (sight.cameFrom) [before, known] = [sight.cameFrom, sight.cameFrom];
      const origin = before === undefined ? this.say('creation') : automaton.labelOf(before);
      const reached = automaton.statesOf(automaton.reach(known));
      const found = this.found('sample', automaton, sight, observation, { origin }, reached);
      const target = (other) => other.sight(this.tables, sight, observation.features).mask;
      const step = (other, mask) => other.reach(mask);
      return this.refused(automaton, known, target, step, found, sight.ruledOut);
    }

    /** What is wrong with a history; null where a legal run shows it. */
    history(automaton, followed, sight, observation, skipped) {
      const { known, history, trouble, leftOut, before } = followed;
      if (sight.illegalPair) return this.illegalPair(automaton, sight, observation);
      if (sight.cameFrom) return this.sample(automaton, undefined, 0n, sight, observation);
      if (trouble !== null)
        return this.entry(automaton, before, sight, observation, skipped + trouble);
      const last = observation.entries.at(-1).status;
      if (leftOut) return this.found('left_out', automaton, sight, observation, { last });
      if (known || ![null, last].includes(sight.visible)) return null;
      const states = automaton.statesOf(history);
      return this.found('no_run', automaton, sight, observation, {}, states);
    }

    illegalPair(automaton, sight, observation) {
      const fitting = automaton.states.filter(({ primary }) => primary === sight.primary);
      const partners = fitting.map((state) => state.visible).join(', ');
      return this.found('pair', automaton, sight, observation, { ...sight, partners }, fitting);
    }

    /** A finding about the status that an answer shows. */
    found(kind, { region }, sight, { modified }, said, states = []) {
      const allowed = states.map((state) => state.name);
      const values = { ...said, shown: shownText(sight) };
      return finding(region.findings[kind], values, modified, allowed);
    }

    entry(automaton, before, sight, { entries }, index) {
      const { findings } = automaton.region;
      const { status, start } = entries[index];
      const visible = (mask) => automaton.statesOf(mask).map((state) => state.visible);
      const begin = visible(automaton.start & sight.features);
      const said = { index, status, begin: begin.join(' or '), number: index + 1, before: index };
      if (!before) return finding(findings.start, said, start, begin);
      const previous = entries[index - 1].status;
      const next = visible(automaton.move(before)).filter((each) => each !== previous);
      const found = finding(findings.entry, { ...said, previous }, start, [...new Set(next)]);
      const target = (other) => other.ofVisible.get(status) ?? 0n;
      const step = (other, mask) => other.loud(other.silent(mask));
      return this.refused(automaton, before, target, step, found, !target(automaton));
    }

    /** Say which requirement a step fails on. */
    refused(automaton, known, target, step, found, ruledOut) {
      const refused = found.message;
      const lacks = ({ name }) => {
        const [other, mask] = this.without(automaton, known, `after ${name}`);
        return step(other, mask) & target(other);
      };
      const memory = this.memories.find(lacks);
      const said = { refused, passed: automaton.region.passed[memory?.name] };
      if (memory) return { ...found, rule: memory.rule, message: this.say('without', said) };
      const why = this.why(automaton, known, target, step, ruledOut);
      return { ...found, message: this.say('because', { refused, why }) };
    }

    why(automaton, known, target, step, ruledOut) {
      const { say, given } = this;
      if (ruledOut) return say('ruled_out', { given });
      if (automaton.statesOf(known).every((state) => state.final && !state.reopens))
        return say('final', { label: automaton.labelOf(known) });
      const [other, mask] = this.without(automaton, known, 'needs');
      const wanted = other.statesOf(target(other));
      const end = step(other, mask) & other.where((state) => wanted.includes(state));
      if (!end) return say('no_move');
      return say('needs', { needs: needsOnTheWay(other, mask, end) || say('other_features') });
    }

    /** The automaton without some requirement, and what is known in its terms. */
    without({ region, table }, known, requirement) {
      const key = `${region.name} ${requirement}`;
      if (!this.lifted.has(key))
        this.lifted.set(key, new Automaton(region, region.lifted[requirement]));
      const other = this.lifted.get(key);
      const there = new Set(bits(known).map((index) => String(table.hidden[index])));
      const isThere = (one, index) => (there.has(String(one)) ? index : []);
      return [other, maskOf(other.table.hidden.flatMap(isThere))];
    }
  }

  /** What the edges of a shortest way need, the first that a breadth-first search finds. */
  const needsOnTheWay = ({ table: { moves, by, edges } }, mask, end) => {
    const wayTo = new Map(bits(mask).map((index) => [index, []]));
    const ends = new Set(bits(end));
    for (const [index, way] of wayTo) {
      if (ends.has(index)) return [...new Set(way.flatMap((edge) => edges[edge]))].join(', ');
      for (const [place, target] of moves[index].entries())
        if (!wayTo.has(target)) wayTo.set(target, [...way, by[index][place]]);
    }
    return '';
  };

  return { Refusal };
})();
