'use strict';

/**
 * What a judged job did, step by step, as the picture shows it.
 *
 * A history prints visible statuses only; one of the shortest runs that shows them is found in the
 * automaton's own tables. Where no run does, a step is a jump. Nothing is judged here.
 */
const Running = (() => {
  const { bits, maskOf, shownText } = Automata;
  const { isBefore } = Reading;

  /** More steps than this nobody looks at. */
  const MOST_STEPS = 20_000;

  // --- The run behind a history ---------------------------------------------------------------

  /** Spread over silent moves: hidden state → how it was come to, fewest moves first. */
  const spread = (automaton, entered) => {
    const found = new Map();
    const queue = [...entered].sort(([, one], [, other]) => one.cost - other.cost);
    for (const [index, way] of queue) {
      if (found.has(index)) continue;
      found.set(index, way);
      const visible = visibleOf(automaton, index);
      for (const target of automaton.table.moves[index])
        if (!found.has(target) && visibleOf(automaton, target) === visible)
          queue.push([target, { from: index, silent: true, cost: way.cost + 1 }]);
    }
    return found;
  };

  const stateAt = (automaton, index) => automaton.states[automaton.table.hidden[index][0]];

  const visibleOf = (automaton, index) => stateAt(automaton, index).visible;

  const fresh = (mask) => new Map(bits(mask).map((index) => [index, { from: null, cost: 0 }]));

  /** What one loud move from a layer reaches that shows a status. */
  const entering = (automaton, layer, status) => {
    const found = new Map();
    for (const [index, { cost }] of layer)
      for (const target of automaton.table.moves[index]) {
        const here = found.get(target);
        const fits =
          visibleOf(automaton, target) === status && visibleOf(automaton, index) !== status;
        if (fits && (!here || cost < here.cost)) found.set(target, { from: index, cost });
      }
    return found;
  };

  /** One layer for each entry: its hidden states, and whether it had to begin anew. */
  const layersOf = (automaton, features, statuses) => {
    const layers = [];
    for (const [place, status] of statuses.entries()) {
      const shown = automaton.ofVisible.get(status) ?? 0n;
      const start = place === 0 ? maskOf(automaton.region.start) : 0n;
      const entered =
        place === 0
          ? fresh(start & shown & features)
          : entering(automaton, layers[place - 1].ways, status);
      const jump = entered.size === 0;
      const anew = fresh(shown & features || shown);
      layers.push({ ways: spread(automaton, jump ? anew : entered), jump });
    }
    return layers;
  };

  /** The hidden state of a layer that costs least, among some if it can be. */
  const cheapest = (layer, wanted) => {
    const costs = [...layer.ways].map(([index, { cost }]) => [index, cost]);
    const chosen = costs.filter(([index]) => (wanted >> BigInt(index)) & 1n);
    const best = (chosen.length ? chosen : costs).reduce(
      (least, each) => (least && least[1] <= each[1] ? least : each),
      null,
    );
    return best ? best[0] : null;
  };

  /** For each entry the hidden states that a run passes, the first one entered first. */
  const witness = (automaton, layers, known) => {
    const runs = layers.map(() => []);
    let goal = null;
    for (let place = layers.length - 1; place >= 0; place -= 1) {
      const layer = layers[place];
      if (goal === null) goal = cheapest(layer, place === layers.length - 1 ? known : 0n);
      if (goal === null) continue;
      let way = layer.ways.get(goal);
      runs[place].unshift(goal);
      while (way.silent) {
        runs[place].unshift(way.from);
        way = layer.ways.get(way.from);
      }
      goal = layer.jump ? null : way.from;
    }
    return runs;
  };

  // --- Steps ----------------------------------------------------------------------------------

  /** The names of arrows and starts, by the places of states. */
  class Names {
    constructor(tables, region) {
      this.states = region.states;
      this.arrows = new Map(
        region.edges.map((edge) => [`${edge.origin} ${edge.target}`, edge.arrow]),
      );
      this.starts = new Map(tables.starts.map((start) => [start.target, start.id]));
    }

    /** The arrows of a run; a null stands for a move that no arrow shows. */
    between(places) {
      return places
        .slice(1)
        .map((target, index) => this.arrows.get(`${places[index]} ${target}`) ?? null);
    }

    ids(places) {
      return places.map((place) => this.states[place].id);
    }
  }

  const placesOf = (automaton, run) =>
    run
      .map((index) => automaton.table.hidden[index][0])
      .filter((place, index, all) => place !== all[index - 1]);

  /** Steps for the entries of a history. */
  const entrySteps = (judge, series) => {
    const automaton = judge.automata.get(judge.historyRegion);
    const names = new Names(judge.tables, automaton.region);
    const entries = series.entries.slice(0, MOST_STEPS);
    const last = series.answers.findLast((answer) => answer.observation.entries.length);
    const features = judge.sights(last.observation).get(judge.historyRegion)?.features;
    const whole = entries.length === series.entries.length;
    const known = whole ? (last.known.get(judge.historyRegion) ?? 0n) : 0n;
    const layers = layersOf(
      automaton,
      features || automaton.everything,
      entries.map((entry) => entry.status),
    );
    let before = null;
    return witness(automaton, layers, known).map((run, place) => {
      const places = placesOf(automaton, run);
      const { jump } = layers[place];
      const step = {
        ...entries[place],
        label: entries[place].status,
        visible: entries[place].status,
        primary: names.states[places.at(-1)]?.primary ?? '',
        isEntry: true,
        states: names.ids(places),
        arrows: names.between(before === null || jump ? places : [before, ...places]),
        start: null,
        jump: jump && automaton.knows(entries[place].status),
        unknown: !automaton.knows(entries[place].status),
        maybe: [],
        findings: [],
      };
      step.begin = entries[place].start;
      if (place === 0 && !jump) step.start = names.starts.get(step.states[0]) ?? null;
      before = places.at(-1) ?? null;
      return step;
    });
  };

  /** A step for an answer that has no history: what it shows is all there is. */
  const answerStep = (judge, answer, before) => {
    const region = judge.mainRegion;
    const automaton = judge.automata.get(region);
    const shown = answer.observation.shown[region];
    const places = automaton.ofState.flatMap((mask, place) =>
      mask & (answer.known.get(region) ?? 0n) ? [place] : [],
    );
    const names = new Names(judge.tables, automaton.region);
    const one = places.length === 1 ? places[0] : null;
    const states = shown && one !== null ? names.ids([one]) : [];
    const from = automaton.states.findIndex((state) => state.id === before);
    const direct = states.length && from >= 0 && from !== one ? names.between([from, one]) : [];
    return {
      label: shown ? shownText(shown) : 'not shown',
      visible: shown?.secondary ?? shown?.primary ?? '',
      primary: shown?.primary ?? '',
      isEntry: false,
      begin: answer.observation.modified,
      end: null,
      states,
      maybe: one === null ? names.ids(places) : [],
      unknown: judge
        .unmodelled(answer.observation)
        .some(({ field }) => field.startsWith(`${region}.`)),
      arrows: direct.filter((arrow) => arrow),
      start: null,
      jump: false,
      findings: [],
    };
  };

  /** Which step shows a finding: that of its entry, of its answer, else the last of its answer. */
  const stepOf = (judge, finding, entries, own) => {
    const path = finding.path.startsWith(`${judge.historyField}[`)
      ? Number(finding.path.slice(judge.historyField.length + 1, -1))
      : NaN;
    if (judge.historyField && path < entries) return path;
    return own;
  };

  /** The states of the regions beside, from what the answers show of them. */
  const besides = (judge, series) => {
    const main = judge.mainRegion;
    const passed = [];
    let now = [];
    for (const answer of series.answers)
      for (const [region, mask] of answer.known)
        if (region !== main && answer.observation.shown[region]) {
          const states = judge.automata.get(region).statesOf(mask);
          now = states.length === 1 ? [states[0].id] : [];
          passed.push(...now);
        }
    return { passed: [...new Set(passed)], now };
  };

  /**
   * The steps of a job, with the findings where they happen.
   *
   * @param {object} judge - The judge.
   * @param {object} series - A job that it has judged.
   */
  const run = (judge, series) => {
    const steps = series.entries.length ? entrySteps(judge, series) : [];
    const entries = steps.length;
    const lastWhole = series.answers.findLastIndex((answer) => answer.observation.entries.length);
    const cut = series.entries.length - entries;
    let latest = null;
    for (const [place, answer] of series.answers.entries()) {
      const { modified, shown } = answer.observation;
      const thin = place > lastWhole && shown[judge.mainRegion] && steps.length < MOST_STEPS;
      const late = modified && latest && isBefore(modified, latest);
      if (!late && modified && !(latest && latest.micros > modified.micros)) latest = modified;
      if (thin && !late && !goesOn(steps.at(-1), shown[judge.mainRegion]))
        steps.push(answerStep(judge, answer, steps.at(-1)?.states.at(-1)));
      const own = thin ? steps.length - 1 : Math.max(entries - 1, 0);
      for (const finding of answer.findings) {
        const step = stepOf(judge, finding, entries, own);
        finding.step = step;
        steps[step]?.findings.push(finding);
      }
    }
    markJumps(steps, entries);
    return { steps, cut, beside: besides(judge, series) };
  };

  /** Whether an answer that shows some status tells of the same stay as the step before it. */
  const goesOn = (step, { primary, secondary }) => {
    if (!step) return false;
    if (secondary === null) return primary === step.primary;
    return secondary === step.visible && ['', primary].includes(step.primary);
  };

  /** Between answers a move is a jump only where the judge says that it can’t be. */
  const markJumps = (steps, entries) => {
    for (const [place, step] of steps.entries())
      if (place >= entries && step.findings.some((finding) => finding.moves)) step.jump = true;
  };

  return { MOST_STEPS, run };
})();
