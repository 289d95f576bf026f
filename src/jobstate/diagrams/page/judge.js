'use strict';

/**
 * Judges answers by the tables of a compiled life cycle, as `jobstate check` does
 * (`jobstate.conformance.judge`).
 *
 * There is no rule here: moves, statuses, rules and their sentences come from the tables, whose
 * fields are filled here. What Python does with its own automaton is done with the same tables; a
 * test holds both against each other.
 */
const Judging = (() => {
  const { clock, isBefore, sayer } = Reading;
  const { Automaton, Walk, maskOf, sightOf, unpacked } = Automata;
  const { Rules, contradiction, merged, shortening } = Ruling;

  /** The outcome, and the cause, of which nothing tells more. */
  const UNKNOWN = 'unknown';

  // --- One job (`jobstate.conformance.judge`) ---------------------------------------------------------

  const latest = (was, now) => {
    if (!was || !now) return was ?? now;
    return now.micros > was.micros ? now : was;
  };

  /** The job created last that a creation time may mean, printed to the minute only. */
  const newestFitting = (known, created) => {
    const minute = (seconds) => Math.floor(seconds / 60);
    const fits = (other) =>
      (created % 60 === 0 || other % 60 === 0) && minute(created) === minute(other);
    return known
      .filter((each) => fits(each.job.created))
      .reduce((one, other) => (one && one.job.created > other.job.created ? one : other), undefined);
  };

  // --- What a job has come to (`jobstate.model.outcome`) ------------------------------------------

  const resultOf = (states) => {
    const outcomes = new Set(states.map((state) => state.outcome));
    const causes = new Set(states.map((state) => state.cause));
    const stopped = outcomes.size === 2 && outcomes.has('stopped') && outcomes.has('timed_out');
    let outcome = outcomes.size === 1 ? [...outcomes][0] : 'unknown';
    if (stopped) outcome = 'stopped';
    const every = (what) => states.length > 0 && states.every((state) => state[what]);
    const final = every('final');
    const unclear = final ? UNKNOWN : null;
    const cause = causes.size === 1 ? [...causes][0] : unclear;
    const forGood = final && !states.some((state) => state.reopens);
    return { outcome, final, forGood, gone: every('gone'), cause };
  };

  const isFinerStop = (was, now) => was.outcome === 'stopped' && now.outcome === 'timed_out';

  /** Whether two results of a job that has ended can be one end, known more or less well. */
  const sameEnd = (was, now) =>
    was.final &&
    now.final &&
    (was.outcome === now.outcome ||
      [was.outcome, now.outcome].includes(UNKNOWN) ||
      isFinerStop(was, now) ||
      (isFinerStop(now, was) && now.cause === UNKNOWN));

  const isCause = (cause) => cause !== null && cause !== UNKNOWN;

  /** What two results say of one end together. */
  const finer = (was, now) => {
    if (was.outcome === now.outcome)
      return { ...now, cause: isCause(now.cause) ? now.cause : (was.cause ?? now.cause) };
    if (was.outcome === UNKNOWN || isFinerStop(was, now)) return now;
    return { ...now, outcome: was.outcome, cause: was.cause };
  };

  /** Whether a job that stands somewhere may have come to what an answer tells. */
  const mayBe = (states, outcome) =>
    states.length > 0 &&
    states.every((state) => state.outcome === outcome || state.finer.includes(outcome));

  const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  /** Answers about one job, judged as they are added. */
  class Series {
    constructor(judge, job) {
      Object.assign(this, { judge, job });
      this.known = new Map();
      this.history = { base: null, read: 0, samples: [] };
      this.entries = [];
      this.values = new Map();
      this.modified = null;
      this.reason = null;
      this.refined = null;
      this.said = new Map();
      this.answers = [];
    }

    add(observation, path) {
      const { judge } = this;
      const sights = judge.sights(observation);
      const found = judge.rules.findings(observation, sights);
      const wentBack = this.wentBack(observation);
      if (wentBack) found.push(...judge.broken('modified-time-went-back', wentBack));
      else {
        found.push(...judge.rules.between(this.values, observation));
        this.look(observation, sights, found);
      }
      this.answers.push({
        path,
        observation,
        known: new Map(this.known),
        findings: found
          .filter((each) => this.tells(each.rule, `${each.path}:${each.seen}`))
          .map((each) => ({ ...judge.byId.get(each.rule), ...each })),
        unmodelled: judge
          .unmodelled(observation)
          .filter((each) => this.tells('', `${each.field}:${each.value}`)),
      });
    }

    /** Whether it is news, and remembered as told: the same is told once, and not without end. */
    tells(topic, key) {
      const told = this.said.get(topic) ?? new Set();
      this.said.set(topic, told);
      if (told.has(key) || told.size >= this.judge.tables.most.told) return false;
      told.add(key);
      return true;
    }

    wentBack({ modified }) {
      const was = this.modified;
      if (!was || !modified || !isBefore(modified, was)) return null;
      const [now, then] = [clock(modified), clock(was)];
      const { say } = this.judge;
      const message = say('went_back', { now, then });
      const allowed = [say('or_later', { then })];
      return { message, path: 'LastModifiedTime', seen: now, allowed, at: modified };
    }

    look(observation, sights, found) {
      const { judge, entries: old } = this;
      const fresh = observation.entries;
      const histories = [judge.say, old, fresh, judge.historyField];
      const contradicted = contradiction(...histories);
      const rewritten = contradicted ?? shortening(...histories);
      if (rewritten) found.push(...judge.broken('history-rewritten', rewritten));
      const [was, stood, before] = [this.result, this.states, new Map(this.known)];
      const moves = [...sights].map(([region, sight]) => [
        region,
        this.moved(region, observation, sight, rewritten !== null),
      ]);
      for (const [region, moved] of moves) {
        if (moved.refused)
          found.unshift(...judge.broken(moved.refused.rule, { ...moved.refused, moves: true }));
        this.known.set(region, moved.known);
        if (region === judge.historyRegion) this.history = moved;
      }
      if (contradicted) this.entries = fresh;
      else if (fresh.length) this.entries = merged(old, fresh);
      this.modified = latest(this.modified, observation.modified);
      const main = judge.mainRegion;
      const refused = moves.some(([region, moved]) => region === main && moved.refused);
      const [one, other] = [before.get(main), this.known.get(main)];
      const went = one !== undefined && judge.automata.get(main).goesOn(one, other);
      this.end(was, stood, sights.get(main), observation, went && !refused);
    }

    /** How a region moved: what is known after, and what could not be explained. */
    moved(region, observation, sight, anew) {
      const { judge } = this;
      const automaton = judge.automata.get(region);
      const known = this.known.get(region) ?? maskOf(automaton.region.start);
      const contradicted = judge.refusal.features(automaton, known, sight, observation);
      if (contradicted) return this.asShown(observation, sight, contradicted);
      if (region === judge.historyRegion && observation.entries.length)
        return this.readHistory(automaton, observation, sight, anew);
      return this.readSample(automaton, known, observation, sight);
    }

    /** Reality wins: what is shown is known, and the next step starts from there. */
    asShown(observation, sight, refused = null) {
      const read = (observation.entries.length ? observation.entries : this.entries).length;
      return { known: sight.real, refused, base: sight.real, read, samples: [] };
    }

    readSample(automaton, known, observation, sight) {
      const reached = automaton.reach(known) & sight.mask;
      const after = automaton.standing(known, sight.mask, reached);
      if (!sight.primaryUnknown && (!after || sight.illegalPair)) {
        const before = this.known.get(automaton.region.name);
        const { refusal } = this.judge;
        return this.asShown(
          observation,
          sight,
          refusal.sample(automaton, before, known, sight, observation),
        );
      }
      if (!after || sight.unknown) return this.asShown(observation, sight);
      const { samples, base, read } = this.history;
      const most = this.judge.tables.most.samples;
      const isNews = samples.at(-1)?.key !== sight.key;
      const kept = isNews ? [...samples.slice(1 - most), sight] : samples;
      return { known: after, refused: null, base, read, samples: kept };
    }

    readHistory(automaton, observation, sight, anew) {
      let { base, samples, read } = this.history;
      if (anew || !read) [base, samples, read] = [null, anew ? [] : samples, 0];
      const { entries } = observation;
      const walk = new Walk(automaton, maskOf(automaton.region.start), samples, sight);
      if (base !== null) walk.resume(base);
      entries.slice(read).forEach((entry, place) => {
        walk.enter(entry.status, base === null && place === 0);
      });
      const followed = walk.followed();
      const refused = this.judge.refusal.history(automaton, followed, sight, observation, read);
      let { known } = followed;
      if (!known || sight.unknown) {
        const reached = automaton.reach(followed.history) & sight.mask;
        known = sight.unknown ? sight.real : reached || sight.real;
      }
      return { known, refused, base: known, read: entries.length, samples: [] };
    }

    /** Keep what the job has come to, and why (`jobstate.conformance.ends`). */
    end(was, stood, sight, { failureReason, outcome, cause }, reopened) {
      const [known, { states }] = [this.estimated, this];
      let now = this.refined ?? known;
      if (sight) now = sight.excluded.length ? resultOf(sight.excluded) : known;
      const stays = states.some((state) => stood.includes(state));
      const one = stays && alike(resultOf(stood), known) && mayBe(stood, was.outcome);
      const same = !reopened && (sameEnd(was, now) || (was.final && one));
      if (was.final && !same) this.reason = null;
      this.reason = failureReason ?? this.reason;
      if (same) now = finer(was, now);
      if (outcome && sight && mayBe(states, outcome)) now = { ...now, outcome, cause };
      this.refined = alike(now, known) ? null : now;
    }

    /** What the job has come to, as far as the states tell that it may be in. */
    get estimated() {
      return resultOf(this.states);
    }

    /** The states of the main region that the job may be in; none before it was seen there. */
    get states() {
      const region = this.judge.mainRegion;
      const known = this.known.get(region);
      return known === undefined ? [] : this.judge.automata.get(region).statesOf(known);
    }

    /** What the job has come to; the cause as far as its statuses tell. */
    get result() {
      return this.refined ?? this.estimated;
    }

    /** Why the job failed, in the service's words; null of one that runs or succeeded. */
    get failureReason() {
      return ['running', 'succeeded'].includes(this.result.outcome) ? null : this.reason;
    }

    get findings() {
      return this.answers.flatMap((answer) => answer.findings);
    }

    get unmodelled() {
      return this.answers.flatMap((answer) => answer.unmodelled);
    }

    get legal() {
      return !this.findings.some((finding) => finding.severity === 'error');
    }
  }

  /** A life cycle compiled for judging. */
  class Judge {
    constructor(tables) {
      this.tables = unpacked(tables);
      this.automata = new Map(
        this.tables.regions.map((region) => [region.name, new Automaton(region, region.automaton)]),
      );
      this.say = sayer(tables.sentences);
      this.rules = new Rules(this.tables, this.automata, this.say);
      this.refusal = new Refusing.Refusal(this.tables, this.say);
      this.byId = new Map(tables.rules.map((rule) => [rule.id, rule]));
      const history = this.tables.regions.find((region) => region.history);
      this.mainRegion = (history ?? this.tables.regions[0]).name;
      this.historyRegion = history?.name ?? null;
      this.historyField = history?.history ?? '';
    }

    sights(observation) {
      const found = new Map();
      for (const [region, shown] of Object.entries(observation.shown))
        if (this.automata.has(region))
          found.set(
            region,
            sightOf(this.tables, this.automata.get(region), shown, observation.features),
          );
      return found;
    }

    /** A finding with its rule; nothing where the rule is switched off. */
    broken(rule, finding) {
      return this.byId.has(rule) ? [{ ...finding, rule }] : [];
    }

    /** The statuses shown that the life cycle does not know. */
    unmodelled(observation) {
      const found = [];
      for (const [region, { primary, secondary }] of Object.entries(observation.shown)) {
        const [, primaries, secondaries] = this.automata.get(region)?.words ?? [];
        if (!primaries) continue;
        if (!primaries.has(primary)) found.push({ field: `${region}.primary`, value: primary });
        if (secondary !== null && !secondaries.has(secondary))
          found.push({ field: `${region}.secondary`, value: secondary });
      }
      const automaton = this.automata.get(this.historyRegion);
      for (const { status } of automaton ? observation.entries : [])
        if (!automaton.knows(status))
          found.push({ field: `${this.historyRegion}.entries`, value: status });
      return found;
    }

    /**
     * Judge a document: `{problems}` where an answer can't be read, else `{jobs}`, each a Series.
     */
    judge(document) {
      const pieces = Reading.read(this.tables.schema, document);
      const problems = pieces.flatMap((piece) => piece.problems ?? []);
      if (!pieces.length) problems.push(this.tables.nothing);
      if (problems.length) return { problems };
      const jobs = [];
      const byName = new Map();
      for (const { path, observation } of pieces) {
        const { job } = observation;
        if (!byName.has(job.name)) byName.set(job.name, []);
        const known = byName.get(job.name);
        let series = known.find((each) => each.job.created === job.created);
        series ??= newestFitting(known, job.created);
        if (!series) {
          series = new Series(this, job);
          known.push(series);
          jobs.push(series);
        }
        series.add(observation, path);
      }
      return { jobs };
    }
  }

  return { Judge };
})();
