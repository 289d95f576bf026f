'use strict';

/**
 * The time line under the picture: a lane for the job that is replayed and one for another beside
 * it, over one axis that can be narrowed and folded; a line where the replay is.
 *
 * However many stays there are, there are no more elements than pixels, and the line alone moves.
 */
const Timeline = (() => {
  const { by, shape } = Picture;
  const { Axis } = Axes;
  const { drawnBar, joined, rectangle, text } = Gantt;
  const [LANE, GAP, SCALE] = [28, 6, 18];
  /** Room for one tick. */
  const TICK = 92;
  /** A stay in which nothing is done is folded from which part of the whole time on. */
  const LONG = 0.1;
  const WAITING = ['before', 'aside', 'not-seen'];

  class Timeline {
    /**
     * @param {Function} go - Goes to a step of the job, from 0.
     */
    constructor(go) {
      this.go = go;
      this.lanes = [];
      this.clear();
    }

    clear() {
      Object.assign(this, { range: null, folds: false, byStart: false, axis: null });
      this.lanes = [];
    }

    /** Show the stays of a job, and of another beside it, if any. */
    begin(stays, other = null) {
      this.lanes = [stays, other].filter(Boolean);
      this.range = null;
      this.draw();
    }

    get hasTimes() {
      return this.axis !== null;
    }

    /** By how much the times of a lane are shifted, so that jobs begin together. */
    shift(lane) {
      if (!this.byStart || lane === 0) return 0;
      return firstOf(this.lanes[0]) - firstOf(this.lanes[lane]);
    }

    /** The stays of a lane within the range, at the times at which they are shown. */
    shown(lane) {
      const shift = this.shift(lane);
      const [from, to] = this.range ?? [-Infinity, Infinity];
      return this.lanes[lane]
        .filter(({ begin }) => begin !== null)
        .map((stay) => ({ ...stay, begin: stay.begin + shift, end: (stay.end ?? stay.begin) + shift }))
        .filter(({ begin, end }) => end >= from && begin <= to)
        .map((stay) => ({
          ...stay,
          begin: Math.max(stay.begin, from),
          end: Math.min(stay.end, to),
        }));
    }

    /** What has a place on the axis: all stays, but of long waits only both ends where they fold. */
    spans(lanes) {
      const stays = lanes.flat();
      const whole = Math.max(...stays.map(({ end }) => end)) - Math.min(...stays.map(({ begin }) => begin));
      return stays.flatMap(({ begin, end, stage }) => {
        const folds = this.folds && WAITING.includes(stage) && end - begin > LONG * whole;
        return folds
          ? [
              [begin, begin],
              [end, end],
            ]
          : [[begin, end]];
      });
    }

    // --- What is seen -------------------------------------------------------------------------

    draw() {
      const frame = by('lanes');
      const wide = Math.max(frame.clientWidth, 200);
      const lanes = this.lanes.map((_, lane) => this.shown(lane));
      const spans = lanes.some((each) => each.length) ? this.spans(lanes) : [];
      this.axis = spans.length ? new Axis(spans) : null;
      if (!this.axis) {
        frame.replaceChildren();
        return;
      }
      const high = SCALE + lanes.length * (LANE + GAP);
      this.cursor = rectangle(0, SCALE - 4, 2, high - SCALE + 2, 'cursor');
      this.svg = shape(
        'svg',
        { class: 'incident', width: wide, height: high, 'aria-hidden': 'true' },
        ...this.scale(wide, high),
        ...lanes.flatMap((stays, lane) => this.lane(stays, lane, wide)),
        this.cursor,
      );
      this.svg.addEventListener('click', (event) => this.pointed(event));
      frame.replaceChildren(this.svg);
      this.wide = wide;
    }

    scale(wide, high) {
      const parts = [];
      let free = 0;
      for (const { share, label } of this.axis.ticks(Math.max(Math.trunc(wide / TICK), 2))) {
        const x = share * wide;
        parts.push(rectangle(x, SCALE - 4, 1, high - SCALE + 4, 'tick'));
        if (x < free || x + label.length * 6.4 > wide) continue;
        parts.push(text(label, x + 3, SCALE - 6, 'tick-text'));
        free = x + label.length * 6.4 + 10;
      }
      for (const share of this.axis.folds)
        parts.push(rectangle(share * wide - 2, SCALE - 4, 4, high - SCALE + 4, 'fold'));
      return parts;
    }

    lane(stays, lane, wide) {
      const top = SCALE + lane * (LANE + GAP);
      const place = { left: 0, right: wide, top, height: LANE };
      return joined(stays, this.axis, wide).flatMap((bar) => {
        const drawn = drawnBar(bar, place, true);
        if (lane === 0) drawn.dataset.step = String(bar.stay.number - 1);
        if (!bar.stay.alarm) return [drawn];
        const x = Math.min(Math.max(bar.left * wide, 5), wide - 5);
        return [drawn, text(Gantt.WRONG, x, top + LANE + 5, 'mark')];
      });
    }

    pointed(event) {
      const step = event.target.closest('[data-step]')?.dataset.step;
      if (step !== undefined) this.go(Number(step));
    }

    /** Show where the replay is: a moment, of none nowhere. */
    at(moment) {
      if (!this.axis) return;
      this.cursor.classList.toggle('nowhere', moment === null);
      if (moment === null) return;
      const x = Math.min(this.axis.share(moment) * this.wide, this.wide - 2);
      this.cursor.setAttribute('x', x.toFixed(1));
    }

    // --- Through time -------------------------------------------------------------------------

    /** The step of a lane at a moment of the axis, from 0; null before its first. */
    stepAt(moment, lane = 0) {
      const stays = this.lanes[lane] ?? [];
      const at = moment - this.shift(lane);
      let [low, high] = [0, stays.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (stays[middle].begin === null || stays[middle].begin <= at) low = middle + 1;
        else high = middle;
      }
      return low ? low - 1 : null;
    }

    narrow(from, to) {
      const [begin, end] = [Math.min(from, to), Math.max(from, to)];
      if (end > begin) this.range = [begin, end];
      this.draw();
    }
  }

  const firstOf = (stays) => stays.find(({ begin }) => begin !== null)?.begin ?? 0;

  return { Timeline };
})();
