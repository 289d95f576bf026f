'use strict';

/**
 * Judges documents by the tables of a compiled life cycle, as `jobstate check` does
 * (`jobstate.conformance.judge`). There is no rule here: moves, statuses, rules and sentences come
 * from the tables. A test holds both judges against each other.
 *
 * What the page takes from here:
 * - `new Judge(tables)`: `tables` (rows, where they came as columns), `say`, `automata` by region,
 *   `mainRegion`, `historyRegion`, `historyField`, `sights(answer)`, `unmodelled(answer)`;
 * - `judge.judge(document)`: `{ problems }`, each with path, expected and got; or `{ jobs }`;
 * - a job: `job` (name, created), `entries` (status, start, end, message), `answers`, `findings`,
 *   `unmodelled`, `result` (outcome, final, forGood, gone, steady, cause), `failureReason`,
 *   `legal`; `told` where the check has judged it, by all rules; `reordered` where answers were
 *   put in order by their times; `passed`: what there was of other kinds, and how often;
 * - an answer: `path`, `observation` (shown, entries, modified, …), `known` (region → mask of
 *   hidden states), `findings` (rule, message, path, seen, allowed, at, severity, basis, source,
 *   summary; `moves` of illegal moves), `unmodelled`.
 */
const Judging = (() => {
  const { clock, finding, isBefore, later, sayer } = Reading;
  const { Automaton, unpacked } = Automata;
  const { Rules, merged, rewritten } = Ruling;

  // --- What a job has come to (`jobstate.model.outcome`) ---------------------------------------

  /** The outcome, and the cause, of which nothing tells more. */
  const UNKNOWN = 'unknown';

  const resultOf = (states) => {
    const every = (what) => states.length > 0 && states.every((state) => state[what]);
    const common = (name, otherwise) => {
      const values = [...new Set(states.map((state) => state[name]))].sort();
      if (values.join() === 'stopped,timed_out') return 'stopped';
      return values.length === 1 ? values[0] : otherwise;
    };
    const [final, gone, steady] = ['final', 'gone', 'steady'].map(every);
    const forGood = final && !states.some((state) => state.reopens);
    const cause = common('cause', final ? UNKNOWN : null);
    return { outcome: common('outcome', UNKNOWN), final, gone, cause, steady, forGood };
  };

  const finerCause = (one, other) => (one === null || one === UNKNOWN ? (other ?? one) : one);

  const withCause = (result, cause) => {
    const isFailure = result.outcome === 'failed' && result.cause === UNKNOWN;
    return cause && isFailure ? { ...result, cause } : result;
  };

  /** What two results say of one end together. */
  const finer = (was, now, outcome = was.outcome) => {
    const cause = now.outcome === outcome ? now.cause : was.cause;
    const isSame = was.outcome === outcome;
    return { ...now, outcome, cause: isSame ? finerCause(cause, was.cause) : cause };
  };

  /** Whether a job that stands somewhere may have come to what an answer tells. */
  const mayBe = (states, outcome) =>
    states.length && states.every((one) => one.outcome === outcome || one.finer.includes(outcome));

  const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // --- One job --------------------------------------------------------------------------------

  /** What was judged of one job, whoever has judged it. */
  class Story {
    constructor(judge, job) {
      Object.assign(this, { judge, job, entries: [], answers: [], told: false, reordered: false });
    }

    get findings() { return this.answers.flatMap((answer) => answer.findings); }

    get unmodelled() { return this.answers.flatMap((answer) => answer.unmodelled); }

    get legal() { return !this.findings.some((each) => each.severity === 'error'); }
  }

  /** Answers about one job, judged as they are added. */
  class Series extends Story {
    constructor(judge, job) {
      super(judge, job);
      this.known = new Map();
      this.history = { base: null, read: 0, samples: [] };
      this.values = new Map();
      this.said = new Map();
      this.why = { cause: null, reason: null };
      this.modified = this.refined = null;
    }

    add(observation) {
      const { judge } = this;
      const sights = judge.sights(observation);
      const found = judge.rules.findings(observation, sights);
      const wentBack = this.wentBack(observation);
      if (wentBack) found.push(wentBack);
      else {
        found.push(...judge.rules.between(this.values, observation, this.reordered));
        this.look(observation, sights, found);
      }
      const isNews = ({ rule = '', path: at, field, seen, value }) =>
        this.tells(rule, `${at ?? field}:${seen ?? value}`);
      const findings = found.filter(({ rule }) => judge.byId.has(rule)).filter(isNews);
      this.answers.push({
        path: observation.path,
        observation,
        known: new Map(this.known),
        findings: findings.map((each) => judge.withRule(each)),
        unmodelled: judge.unmodelled(observation).filter(isNews),
      });
    }

    /** Whether it is news, and remembered as told: the same is told once, and not without end. */
    tells(topic, key) {
      const told = this.said.get(topic) ?? new Set();
      this.said.set(topic, told);
      return !told.has(key) && told.size < this.judge.tables.most.told && told.add(key);
    }

    wentBack({ modified }) {
      const was = this.modified;
      if (!was || !modified || !isBefore(modified, was)) return null;
      const said = { now: clock(modified), then: clock(was) };
      return finding(this.judge.tables.findings.went_back, said, modified);
    }

    look(observation, sights, found) {
      const { judge, entries: old, states: stood, result: was } = this;
      const { mainRegion: main, historyRegion } = judge;
      const fresh = observation.entries;
      const other = rewritten(judge.tables, judge.say, old, fresh);
      if (other) found.push(other);
      const before = this.known.get(main);
      let goesOn = before !== undefined;
      const move = ([region, sight]) => [region, this.moved(region, observation, sight, !!other)];
      for (const [region, moved] of [...sights].map(move)) {
        if (moved.refused) found.unshift(moved.refused);
        if (moved.refused && region === main) goesOn = false;
        this.known.set(region, moved.known);
        if (region === historyRegion) this.history = moved;
      }
      if (other?.contradicts) this.entries = fresh;
      else if (fresh.length) this.entries = merged(old, fresh);
      this.modified = later(this.modified, observation.modified);
      goesOn &&= judge.automata.get(main).goesOn(before, this.known.get(main));
      this.end(was, stood, sights.get(main), observation, goesOn);
    }

    /** How a region moved: what is known after, and what could not be explained. */
    moved(region, observation, sight, anew) {
      const { automata, refusal, historyRegion, tables } = this.judge;
      const automaton = automata.get(region);
      const before = this.known.get(region);
      const known = before ?? automaton.start;
      const contradicted = refusal.features(automaton, known, sight, observation);
      if (contradicted) return this.asShown(observation, sight, contradicted);
      if (region === historyRegion && observation.entries.length)
        return this.readHistory(automaton, observation, sight, anew);
      const reached = automaton.reach(known) & sight.mask;
      const after = automaton.standing(known, sight.mask, reached);
      if (!sight.primaryUnknown && (!after || sight.illegalPair)) {
        const refused = refusal.sample(automaton, before, known, sight, observation);
        return this.asShown(observation, sight, refused);
      }
      if (!after || sight.unknown) return this.asShown(observation, sight);
      const { samples, base, read } = this.history;
      const kept = [...samples.slice(1 - tables.most.samples), sight.mask];
      return { known: after, base, read, samples: samples.at(-1) === sight.mask ? samples : kept };
    }

    /** Reality wins: what is shown is known, and the next step starts from there. */
    asShown(observation, { real }, refused = null) {
      const read = (observation.entries.length ? observation.entries : this.entries).length;
      return { known: real, refused, base: real, read, samples: [] };
    }

    readHistory(automaton, observation, sight, anew) {
      let { base, samples, read } = this.history;
      if (anew || !read) [base, samples, read] = [null, anew ? [] : samples, 0];
      const { entries } = observation;
      const statuses = entries.slice(read).map((entry) => entry.status);
      const followed = automaton.follow(base, samples, statuses, sight);
      const refused = this.judge.refusal.history(automaton, followed, sight, observation, read);
      const reached = automaton.reach(followed.history) & sight.mask;
      const known = sight.unknown ? sight.real : followed.known || reached || sight.real;
      return { known, refused, base: known, read: entries.length, samples: [] };
    }

    /** Keep what the job has come to, and why (`jobstate.conformance.ends`). */
    end(was, stood, sight, { failureReason, outcome, cause }, reopened) {
      const { states, judge: { tables } } = this;
      const estimated = resultOf(states);
      let shown = this.refined ?? estimated;
      if (sight) shown = sight.excluded.length ? resultOf(sight.excluded) : estimated;
      const stays = states.some((state) => stood.includes(state));
      const isOne = stays && alike(resultOf(stood), estimated) && mayBe(stood, was.outcome);
      // Of two results that can be one end, known more or less well: what they come to together.
      const together = tables.ends[[was.outcome, shown.outcome, shown.cause === UNKNOWN]];
      const same = !reopened && was.final && ((together && shown.final) || isOne);
      const kept = was.final && !same ? { cause: null, reason: null } : this.why;
      const why = { cause: finerCause(cause, kept.cause), reason: failureReason ?? kept.reason };
      let now = withCause(shown, why.cause);
      if (same) now = finer(was, now, together);
      if (outcome && sight && mayBe(states, outcome))
        now = { ...now, outcome, cause: cause ?? now.cause };
      this.why = why;
      this.refined = alike(now, withCause(estimated, why.cause)) ? null : now;
    }

    /** The states of the main region that the job may be in; none before it was seen there. */
    get states() {
      const { automata, mainRegion } = this.judge;
      return automata.get(mainRegion).statesOf(this.known.get(mainRegion) ?? 0n);
    }

    get result() { return this.refined ?? withCause(resultOf(this.states), this.why.cause); }

    /** Why the job failed, in the service's words; null of one that runs or succeeded. */
    get failureReason() {
      return ['running', 'succeeded'].includes(this.result.outcome) ? null : this.why.reason;
    }
  }

  /** A life cycle compiled for judging. */
  class Judge {
    constructor(packed) {
      const tables = unpacked(packed);
      const automaton = (region) => [region.name, new Automaton(region, region.automaton)];
      Object.assign(this, tables.judge, { tables, say: sayer(tables.sentences) });
      this.automata = new Map(tables.regions.map(automaton));
      this.rules = new Rules(tables, this.automata, this.say);
      this.refusal = new Refusing.Refusal(tables, this.say);
      this.byId = new Map(tables.rules.map((rule) => [rule.id, rule]));
    }

    /** A finding with what is known of its rule; `moves` of an illegal move. */
    withRule(finding) {
      const moves = this.moveRules.includes(finding.rule);
      return { ...this.byId.get(finding.rule), ...finding, moves };
    }

    sights({ shown, features }) {
      const known = [...this.automata].filter(([region]) => shown[region]);
      const sight = ([region, automaton]) => automaton.sight(this.tables, shown[region], features);
      return new Map(known.map((each) => [each[0], sight(each)]));
    }

    /** The statuses shown that the life cycle does not know. */
    unmodelled(observation) {
      const found = [];
      for (const [region, sight] of this.sights(observation))
        for (const axis of ['primary', 'secondary'].filter((each) => sight[`${each}Unknown`]))
          found.push({ field: `${region}.${axis}`, value: sight[axis] });
      const history = this.automata.get(this.historyRegion);
      for (const { status: value } of history ? observation.entries : [])
        if (!history.knows(value)) found.push({ field: `${this.historyRegion}.entries`, value });
      return found;
    }

    /** What is in a document: `{ problems }` or `{ jobs }` (see above). */
    judge(document) {
      return Documents.judged(this, document);
    }
  }

  return { Judge, Series, Story };
})();
