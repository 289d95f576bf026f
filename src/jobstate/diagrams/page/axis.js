'use strict';

/**
 * A time axis in UTC over what happened, as `jobstate.diagrams.gantt.axis` has it: idle gaps folded,
 * ticks at round moments. All times are microseconds since 1970.
 */
const Axes = (() => {
  const SECOND = 1_000_000;
  const DAY = 86_400;
  const STEPS = [
    ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200],
    ...[0, 1, 2, 3, 4].flatMap((power) => [1, 2, 5].map((size) => DAY * size * 10 ** power)),
  ];
  /** From which part of all that is not idle on a gap is folded; what it takes then; all together. */
  const [LONG, FOLD, FOLDS] = [0.1, 0.03, 0.3];
  const SHORTEST = 0.02;

  const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);

  /** A moment as `2026-10-05 22:07:13`. */
  const stamp = (micros) =>
    new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19).replace('T', ' ');

  const joined = (spans, gap) => {
    const found = [];
    for (const [begin, end] of spans) {
      const last = found.at(-1);
      if (last && begin - last[1] <= gap) last[1] = Math.max(last[1], end);
      else found.push([begin, end]);
    }
    return found;
  };

  /** Stretches that nothing idle of any length is in. */
  const merged = (spans) => {
    const touching = joined(spans, 0);
    return joined(touching, Math.max(sum(touching.map(([begin, end]) => end - begin)) * LONG, SECOND));
  };

  const labelOf = (at, step, newDay) => {
    const [date, time] = stamp(at).split(' ');
    const short = step % 60 ? time : time.slice(0, 5);
    if (step >= DAY || (newDay && /^[0:]*$/.test(short))) return date;
    return newDay ? `${date.slice(5)} ${short}` : short;
  };

  class Axis {
    /**
     * @param {Array<[number, number]>} spans - What happened: from when to when; one at least.
     */
    constructor(spans) {
      const busy = merged([...spans].sort(([a, b], [c, d]) => a - c || b - d));
      const lengths = busy.map(([begin, end]) => Math.max(end - begin, SECOND));
      const all = sum(lengths);
      const parts = lengths.map((length) => Math.max(length / all, SHORTEST));
      const fold = Math.min(FOLD, FOLDS / Math.max(busy.length - 1, 1));
      const scale = (1 - fold * (busy.length - 1)) / sum(parts);
      let left = 0;
      this.pieces = busy.map(([begin, end], place) => {
        const piece = { begin, end, left, right: left + parts[place] * scale };
        left = piece.right + fold;
        return piece;
      });
    }

    get begin() {
      return this.pieces[0].begin;
    }

    get end() {
      return this.pieces.at(-1).end;
    }

    get title() {
      const [begin, end] = [stamp(this.begin), stamp(this.end)];
      return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end} UTC`;
    }

    /** Where a moment lies: 0 at the beginning, 1 at the end. */
    share(at) {
      const piece = this.pieces.findLast((each) => each.begin <= at) ?? this.pieces[0];
      const part = (at - piece.begin) / Math.max(piece.end - piece.begin, SECOND);
      return piece.left + (piece.right - piece.left) * Math.min(Math.max(part, 0), 1);
    }

    /** Which moment lies somewhere; within a fold, where the axis goes on. */
    moment(share) {
      const piece = this.pieces.find((each) => share <= each.right) ?? this.pieces.at(-1);
      const part = (share - piece.left) / (piece.right - piece.left);
      return piece.begin + (piece.end - piece.begin) * Math.min(Math.max(part, 0), 1);
    }

    has(at) {
      return this.pieces.some(({ begin, end }) => begin <= at && at <= end);
    }

    get folds() {
      return this.pieces.slice(1).map(({ left }, place) => (this.pieces[place].right + left) / 2);
    }

    ticks(most) {
      const longest = this.pieces.reduce((one, other) =>
        other.end - other.begin > one.end - one.begin ? other : one,
      );
      const room = Math.max(most * (longest.right - longest.left), 1);
      const fits = (each) => Math.floor((longest.end - longest.begin) / (each * SECOND)) < room;
      const seconds = STEPS.find(fits) ?? STEPS.at(-1);
      const found = [];
      for (const piece of this.pieces) {
        let day = null; // no tick of the piece has told it yet
        for (const [at, begins] of this.moments(piece, seconds)) {
          const share = this.share(at);
          // Where it goes on is more than one tick more.
          while (begins && found.length > 1 && share - found.at(-1).share < 1 / most) found.pop();
          if (found.length && share - found.at(-1).share < 1 / most) continue;
          const date = stamp(at).slice(0, 10);
          found.push({ at, share, label: begins ? date : labelOf(at, seconds, date !== day) });
          day = date;
        }
      }
      return found;
    }

    /** Where ticks may be, and whether the axis goes on there behind a fold. */
    moments(piece, seconds) {
      const found = this.pieces.length > 1 ? [[piece.begin, true]] : [];
      const step = seconds * SECOND;
      for (let at = Math.ceil(piece.begin / step) * step; at <= piece.end; at += step) {
        found.push([at, false]);
      }
      return found;
    }
  }

  return { Axis, SECOND, stamp };
})();
