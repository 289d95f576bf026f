'use strict';

/**
 * The automaton of a region, from the tables of a compiled life cycle
 * (`jobstate.automaton.automaton`), and how it reads a history (`jobstate.automaton.history`).
 *
 * A set of hidden states is a bit mask; what follows it is worked out once and remembered. Moves,
 * statuses and features come from the tables, nothing is known here of any life cycle.
 */
const Automata = (() => {
  const bit = (index) => 1n << BigInt(index);
  const union = (masks) => masks.reduce((all, mask) => all | mask, 0n);
  const maskOf = (indices) => union(indices.map(bit));

  /** The indices of the bits that are set, the lowest first. */
  const bits = (mask) => {
    const isSet = (one, index) => (one === '1' ? index : []);
    return [...mask.toString(2)].reverse().flatMap(isSet);
  };

  const remembered = (work, known = new Map()) => (mask) => {
    if (!known.has(mask)) known.set(mask, work(mask));
    return known.get(mask);
  };

  /** Everything that zero or more moves of some kind reach. */
  const closure = (once) =>
    remembered((mask) => {
      let seen = mask;
      for (let fresh = mask; fresh; seen |= fresh) fresh = once(fresh) & ~seen;
      return seen;
    });

  /** Rows from a table that is written column by column. */
  const rowsOf = (columns) => {
    const all = Object.entries(columns);
    const at = (place) => Object.fromEntries(all.map(([name, values]) => [name, values[place]]));
    return (all[0]?.[1] ?? []).map((_, place) => at(place));
  };

  const unpacked = (tables) => {
    const edge = (one) => ({ ...one, arrow: tables.arrows[one.arrow] });
    const region = ({ states, edges, ...rest }) =>
      ({ ...rest, states: rowsOf(states), edges: rowsOf(edges).map(edge) });
    return { ...tables, regions: tables.regions.map(region) };
  };

  /** A table with the moves of each hidden state, and by which edges, where it has those. */
  const withMoves = (table) => {
    const moves = table.row.map((row, place) => table.rows[row].map((far) => place + far));
    return { ...table, moves, by: table.row.map((row) => table.by[row]) };
  };

  class Automaton {
    constructor(region, table) {
      Object.assign(this, { region, states: region.states, table: withMoves(table) });
      const { hidden, moves } = this.table;
      this.sights = new Map();
      this.everything = bit(hidden.length) - 1n;
      this.start = maskOf(region.start);
      this.ofState = this.states.map((_, place) =>
        maskOf(hidden.flatMap(([state], index) => (state === place ? index : []))),
      );
      [this.ofVisible, this.ofPrimary] = ['visible', 'primary'].map((axis) => this.grouped(axis));
      this.final = this.where((state) => state.final);
      this.reopening = this.where((state) => state.reopens);
      const stateOf = (index) => this.states[hidden[index][0]];
      const over = (takes) => {
        const each = moves.map((targets, index) =>
          maskOf(targets.filter((target) => takes(stateOf(index), stateOf(target)))),
        );
        return remembered((mask) => union(bits(mask).map((index) => each[index])));
      };
      // A history prints the moves that are loud, and none that is silent.
      const isSilent = (one, other) => one.visible === other.visible;
      this.move = over(() => true);
      this.loud = over((one, other) => !isSilent(one, other));
      this.reach = closure(this.move);
      this.silent = closure(over(isSilent));
      // What zero or more moves reach that take back no end.
      this.removal = closure(over((one, other) => one === other || other.gone));
    }

    /** The hidden states of all states that are something. */
    where(isSo) {
      return union(this.ofState.filter((_, place) => isSo(this.states[place])));
    }

    grouped(axis) {
      const names = [...new Set(this.states.map((state) => state[axis]))];
      return new Map(names.map((name) => [name, this.where((each) => each[axis] === name)]));
    }

    knows(visible) {
      return this.region.words.visible.includes(visible);
    }

    /** Where a job is taken to be: where it had ended, as long as that may be so still. */
    standing(before, shown, possible) {
      const stands = before & this.reopening && !((before | shown) & ~this.final);
      return (stands ? possible & before : 0n) || possible;
    }

    /** Whether a job that has ended was reopened if it came from the one to the other legally. */
    goesOn(one, other) {
      const stays = this.statesOf(one).some((state) => this.statesOf(other).includes(state));
      return !(one & ~this.final) && !stays && !(this.removal(one) & other);
    }

    /** The states of a set of hidden states, in the life cycle's order. */
    statesOf(mask) {
      return this.states.filter((_, place) => mask & this.ofState[place]);
    }

    /** What people call a set of hidden states. */
    labelOf(mask) {
      const states = this.statesOf(mask);
      if (states.length > 1 && states.length === this.states.length) return this.region.anything;
      const isCommon = (axis) => new Set(states.map((state) => state[axis])).size === 1;
      const axis = ['name', 'primary', 'visible'].find(isCommon);
      return axis ? states[0][axis] : states.map((state) => state.name).join(' or ');
    }

    /** The hidden states that have the features shown, but for those that exclude each other. */
    having({ exclusions, features: declared }, features) {
      const clash = exclusions.filter((each) => each.features.every((name) => features[name]));
      const names = Object.keys(features).filter((name) => declared.includes(name));
      const wanted = names.filter((name) => !clash.some((each) => each.features.includes(name)));
      const has = (own) => wanted.every((name) => own[name] === features[name]);
      const fits = this.region.features.map(has);
      return maskOf(this.table.hidden.flatMap(([, set], index) => (fits[set] ? index : [])));
    }

    /** What an answer shows of the region (`Automaton.view`), remembered. */
    sight(tables, { primary, secondary, previous }, features) {
      const key = JSON.stringify([primary, secondary, previous, features]);
      if (!this.sights.has(key))
        this.sights.set(key, this.newSight(tables, primary, secondary, previous, features));
      return this.sights.get(key);
    }

    newSight(tables, primary, secondary, previous, features) {
      const { everything, ofPrimary, ofVisible, region: { words } } = this;
      const primaryUnknown = !words.primaries.includes(primary);
      const secondaryUnknown = secondary !== null && !words.secondaries.includes(secondary);
      const unknown = primaryUnknown || secondaryUnknown;
      const fitting = this.having(tables, features);
      const byPrimary = primaryUnknown ? everything : (ofPrimary.get(primary) ?? 0n);
      // Beside an unknown primary status a known secondary one may mean something new.
      const isPair = secondary !== null && !unknown;
      const both = byPrimary & (isPair ? (ofVisible.get(secondary) ?? 0n) : everything);
      const name = isPair ? `${primary}/${secondary}` : primary;
      const choices = [both & fitting, byPrimary & fitting, both, byPrimary, fitting, everything];
      // However answers are ordered, the job was there before it came here.
      const before = unknown ? 0n : (ofPrimary.get(previous) ?? 0n) & fitting;
      const mask = both & fitting & (before ? this.reach(before) : everything);
      const real = choices.find((each) => each) ?? 0n;
      const cameFrom = choices[0] && !mask ? before : 0n;
      const isState = words.states.includes(name);
      const visible = words.secondaries.length ? secondary : primary;
      // The states that statuses show, where no hidden state does.
      const states = choices[0] ? [] : [...this.states, ...this.region.excluded];
      const isShown = (state) =>
        state.name === name || (!byPrimary && !isState && state.primary === primary);
      return {
        ...{ primary, secondary, visible, mask, real, cameFrom, features: fitting },
        ...{ unknown, primaryUnknown, secondaryUnknown, excluded: states.filter(isShown) },
        ...{ illegalPair: isPair && !isState, ruledOut: !both && !unknown && isState },
      };
    }

    /**
     * Read a history, with thin answers (`samples`) somewhere between its entries: layer k holds
     * where a legal run can be that has shown the entries so far and the first k thin answers.
     */
    follow(base, samples, statuses, now) {
      const saturated = ([first, ...layers]) => {
        const all = [this.silent(first)];
        for (const [place, layer] of layers.entries())
          all.push(this.silent(layer | (all[place] & samples[place])));
        return all;
      };
      const nothing = samples.map(() => 0n);
      let layers = saturated([base === null ? 0n : base & now.features, ...nothing]);
      let [anything, trouble, before] = [false, null, 0n];
      for (const [place, status] of statuses.entries()) {
        const shown = this.ofVisible.get(status) ?? 0n;
        const fits = shown & now.features;
        const isKnown = this.knows(status);
        let next = layers.map((mask) => this.loud(mask) & shown);
        if (base === null && place === 0) next = [this.start & fits, ...nothing];
        if (anything) next = layers.map(() => fits);
        if (!isKnown) next = layers.map(() => now.features || this.everything);
        if (!union(next)) {
          if (trouble === null) [trouble, before] = [place, union(layers)];
          next[samples.length] = fits || shown;
        }
        anything = !shown || !isKnown;
        layers = saturated(next);
      }
      const [complete, all] = [layers.at(-1), union(layers)];
      const history = complete || all || now.real;
      return { known: history & now.mask, history, trouble, before, leftOut: !complete };
    }
  }

  const shownText = ({ primary, secondary }) =>
    secondary === null ? primary : `${primary}/${secondary}`;

  return { Automaton, bit, bits, maskOf, shownText, unpacked };
})();
