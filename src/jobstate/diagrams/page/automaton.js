'use strict';

/**
 * The automaton of a region, from the tables of a compiled life cycle (`jobstate.automaton.automaton`).
 *
 * A set of hidden states is a bit mask; what follows it is worked out once and remembered. Moves,
 * statuses and features come from the tables, nothing is known here of any life cycle.
 */
const Automata = (() => {
  // --- Sets of hidden states ----------------------------------------------------------------

  const bit = (index) => 1n << BigInt(index);

  const maskOf = (indices) => indices.reduce((mask, index) => mask | bit(index), 0n);

  /** The indices of the bits that are set, the lowest first. */
  const bits = (mask) => {
    const found = [];
    const text = mask.toString(2);
    for (let place = text.length - 1; place >= 0; place -= 1)
      if (text[place] === '1') found.push(text.length - 1 - place);
    return found;
  };

  const remembered = (work) => {
    const known = new Map();
    return (mask) => {
      if (!known.has(mask)) known.set(mask, work(mask));
      return known.get(mask);
    };
  };

  /** Everything that one move of some kind reaches. */
  const over = (table) =>
    remembered((mask) => bits(mask).reduce((union, index) => union | table[index], 0n));

  /** Everything that zero or more moves of some kind reach. */
  const closure = (once) =>
    remembered((mask) => {
      let seen = mask;
      for (let fresh = mask; fresh;) {
        fresh = once(fresh) & ~seen;
        seen |= fresh;
      }
      return seen;
    });

  /** Rows from a table that is written column by column. */
  const rowsOf = (columns) => {
    const names = Object.keys(columns);
    const rows = (columns[names[0]] ?? []).map(() => ({}));
    for (const name of names)
      columns[name].forEach((value, place) => {
        rows[place][name] = value;
      });
    return rows;
  };

  const unpacked = (tables) => ({
    ...tables,
    regions: tables.regions.map((region) => ({
      ...region,
      states: rowsOf(region.states),
      edges: rowsOf(region.edges).map((edge) => ({ ...edge, arrow: tables.arrows[edge.arrow] })),
    })),
  });

  /** The moves of each hidden state, as the table has them: far from here, perhaps by some edge. */
  const movesOf = ({ rows, row, edges }) => {
    const width = edges ? 2 : 1;
    const column = (place, first) => rows[row[place]].filter((_, each) => each % width === first);
    return {
      moves: row.map((_, place) => column(place, 0).map((far) => place + far)),
      by: edges ? row.map((_, place) => column(place, 1)) : null,
    };
  };

  /** The automaton of a region, from its table. */
  class Automaton {
    constructor(region, table) {
      this.region = region;
      this.table = { ...table, ...movesOf(table) };
      this.states = region.states;
      this.everything = (1n << BigInt(table.hidden.length)) - 1n;
      this.ofState = this.states.map(() => 0n);
      table.hidden.forEach(([state], index) => {
        this.ofState[state] |= bit(index);
      });
      this.ofVisible = this.grouped('visible');
      this.ofPrimary = this.grouped('primary');
      this.final = this.where('final');
      this.reopening = this.where('reopens');
      this.compileMoves();
      const { states, primaries, secondaries, visible } = region.words;
      this.words = [states, primaries, secondaries, visible].map((words) => new Set(words));
    }

    grouped(axis) {
      const groups = new Map();
      this.states.forEach((state, place) => {
        groups.set(state[axis], (groups.get(state[axis]) ?? 0n) | this.ofState[place]);
      });
      return groups;
    }

    /** The hidden states of all states that are something. */
    where(mark) {
      const own = this.ofState.filter((_, place) => this.states[place][mark]);
      return own.reduce((mask, one) => mask | one, 0n);
    }

    /** Moves that a history prints are loud, those that it does not are silent. */
    compileMoves() {
      const visible = this.table.hidden.map(([state]) => this.states[state].visible);
      const silent = [];
      const loud = [];
      const removal = [];
      const stateOf = (index) => this.table.hidden[index][0];
      this.table.moves.forEach((targets, index) => {
        const stands = (target) =>
          stateOf(target) === stateOf(index) || this.states[stateOf(target)].gone;
        removal.push(maskOf(targets.filter(stands)));
        const same = (target) => visible[target] === visible[index];
        silent.push(maskOf(targets.filter(same)));
        loud.push(maskOf(targets.filter((target) => !same(target))));
      });
      this.move = over(silent.map((mask, index) => mask | loud[index]));
      this.reach = closure(this.move);
      this.silent = closure(over(silent));
      this.loud = over(loud);
      /** What zero or more moves reach that take back no end. */
      this.removal = closure(over(removal));
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

    /** The hidden states that have some features. */
    having(features) {
      const wanted = Object.entries(features);
      const fits = this.table.features.map((own) =>
        wanted.every(([name, value]) => own[name] === value),
      );
      return maskOf(this.table.hidden.flatMap(([, set], index) => (fits[set] ? [index] : [])));
    }

    /** The states of a set of hidden states, in the life cycle's order. */
    statesOf(mask) {
      return this.states.filter((_, place) => mask & this.ofState[place]);
    }

    /** The states that statuses show, where no hidden state does. */
    excluded(name, primary, ofPrimary) {
      const states = [...this.states, ...this.region.excluded];
      const one = states.filter((state) => state.name === name);
      if (one.length || ofPrimary) return one;
      return states.filter((state) => state.primary === primary);
    }

    knows(visible) {
      return this.words[3].has(visible);
    }

    /** What people call a set of states. */
    labelOf(states) {
      if (states.length === 1) return states[0].name;
      if (states.length === this.states.length) return this.region.anything;
      for (const axis of ['primary', 'visible'])
        if (new Set(states.map((state) => state[axis])).size === 1) return states[0][axis];
      return states.map((state) => state.name).join(' or ');
    }
  }

  // --- What an answer shows -----------------------------------------------------------------

  const excludedOf = (tables, features) =>
    tables.exclusions
      .filter((exclusion) => exclusion.features.every((name) => features[name]))
      .flatMap((exclusion) => exclusion.features);

  /** What is shown of a region, in the automaton's terms (`Automaton.sight`). */
  const sightOf = (tables, automaton, { primary, secondary, previous = null }, features) => {
    const [names, primaries, secondaries] = automaton.words;
    const newPrimary = !primaries.has(primary);
    const newSecondary = secondary !== null && !secondaries.has(secondary);
    const unknown = newPrimary || newSecondary;
    const clash = new Set(excludedOf(tables, features));
    const fitting = automaton.having(
      Object.fromEntries(
        Object.entries(features).filter(
          ([name]) => tables.features.includes(name) && !clash.has(name),
        ),
      ),
    );
    const all = automaton.everything;
    const ofPrimary = newPrimary ? all : (automaton.ofPrimary.get(primary) ?? 0n);
    // Beside an unknown primary status a known secondary one may mean something new.
    const plain = secondary !== null && !unknown;
    const seen = secondary !== null && !newSecondary && !newPrimary;
    const both = ofPrimary & (seen ? (automaton.ofVisible.get(secondary) ?? 0n) : all);
    const name = plain ? `${primary}/${secondary}` : primary;
    const choices = [both & fitting, ofPrimary & fitting, both, ofPrimary, fitting, all];
    // However answers are ordered, the job was there before it came here.
    const before = unknown ? 0n : (automaton.ofPrimary.get(previous) ?? 0n) & fitting;
    const whole = both & fitting;
    const mask = before && whole ? whole & automaton.reach(before) : whole;
    return {
      mask,
      cameFrom: whole && !mask ? before : 0n,
      real: choices.find((mask) => mask) ?? 0n,
      features: fitting,
      unknown,
      primaryUnknown: newPrimary,
      illegalPair: plain && !names.has(name),
      excluded: both & fitting ? [] : automaton.excluded(name, primary, ofPrimary),
      ruledOut: !both && !unknown && names.has(name),
      visible: secondaries.size ? (newSecondary ? tables.unknown : secondary) : primary,
      key: JSON.stringify([newPrimary || primary, newSecondary || secondary, features, previous]),
      primary,
      secondary,
    };
  };

  const shownText = ({ primary, secondary }) =>
    secondary === null ? primary : `${primary}/${secondary}`;

  // --- How a history is read ----------------------------------------------------------------

  /** One reading of a history, with thin answers between its entries (`jobstate.automaton.history`). */
  class Walk {
    constructor(automaton, start, samples, now) {
      Object.assign(this, { automaton, start, samples, now });
      this.layers = Array(samples.length + 1).fill(0n);
      this.anythingNext = false;
      this.trouble = null;
      this.before = 0n;
      this.entered = 0;
    }

    resume(base) {
      this.layers[0] = base & this.now.features;
      this.saturate();
    }

    enter(status, first) {
      const shown = this.automaton.ofVisible.get(status) ?? 0n;
      const unknown = !this.automaton.knows(status);
      const layers = this.entering(shown, unknown, first);
      if (!layers.some((mask) => mask)) {
        if (this.trouble === null) {
          this.trouble = this.entered;
          this.before = this.union();
        }
        layers[layers.length - 1] = shown & this.now.features || shown;
      }
      this.layers = layers;
      this.anythingNext = unknown || !shown;
      this.entered += 1;
      this.saturate();
    }

    /** What fits an entry, given what fits those before it. */
    entering(shown, unknown, first) {
      const { automaton, layers, now } = this;
      if (unknown) return layers.map(() => now.features || automaton.everything);
      if (this.anythingNext) return layers.map(() => shown & now.features);
      if (first) return [this.start & shown & now.features, ...layers.slice(1)];
      return layers.map((mask) => automaton.loud(mask) & shown);
    }

    saturate() {
      const { silent } = this.automaton;
      this.layers[0] = silent(this.layers[0]);
      this.samples.forEach((sample, place) => {
        const seen = this.layers[place] & sample.mask;
        this.layers[place + 1] = silent(this.layers[place + 1] | seen);
      });
    }

    union() {
      return this.layers.reduce((union, mask) => union | mask, 0n);
    }

    followed() {
      const complete = this.layers[this.layers.length - 1];
      const history = complete || this.union() || this.now.real;
      return {
        known: history & this.now.mask,
        history,
        trouble: this.trouble,
        before: this.before,
        leftOut: !complete,
      };
    }
  }

  return { Automaton, Walk, bit, bits, maskOf, shownText, sightOf, unpacked };
})();
