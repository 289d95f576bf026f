'use strict';

/**
 * The picture on the page: what is chosen, dimmed, hot; how large it is; and texts made safe.
 *
 * The page finds everything in the SVG by its ids, classes and `data-arrows`.
 */
const Picture = (() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const SMALLEST = 0.25;
  const LARGEST = 4;
  const MARGIN = 14;
  /** On a narrow screen the picture is scrolled rather than made too small to read. */
  const LEAST_WIDTH = 900;

  const by = (id) => document.getElementById(id);

  const UNSEEN = /(?! )[\p{C}\p{Z}]/gu;
  const ESCAPES = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

  /** A text in which all that can't be seen is spelled as by Python, so that no name shows as another. */
  const printable = (text) =>
    String(text).replace(UNSEEN, (each) => {
      const code = each.codePointAt(0).toString(16);
      if (each in ESCAPES) return ESCAPES[each];
      if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
      return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
    });

  /**
   * An element with texts and elements in it; a text stays a text, whatever it holds.
   *
   * @param {string} name - Its name.
   * @param {object} properties - What is set: attributes with a hyphen, else properties.
   * @param {...(Node|string)} content - What stands in it.
   */
  const make = (name, properties = {}, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties))
      if (key.includes('-')) made.setAttribute(key, value);
      else made[key] = value;
    made.append(...content.map((each) => (typeof each === 'string' ? printable(each) : each)));
    return made;
  };

  /** The same of an SVG; of numbers a tenth of a pixel is enough. */
  const shape = (name, attributes = {}, ...content) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
      made.setAttribute(key, typeof value === 'number' ? String(Math.round(value * 10) / 10) : value);
    made.append(...content.map((each) => (typeof each === 'string' ? printable(each) : each)));
    return made;
  };

  /** The picture and what is shown on it. */
  class Picture {
    constructor(tables, choose) {
      this.frame = by('picture');
      this.svg = this.frame.querySelector('svg');
      this.regions = tables.regions;
      this.states = new Map();
      this.lines = [...this.svg.querySelectorAll('.line[data-arrows]')].map((group) => ({
        group,
        arrows: group.dataset.arrows.split(' '),
      }));
      const labels = this.svg.querySelectorAll('g:not(.line) > text.label');
      if (labels.length === tables.labels.length)
        tables.labels.forEach((arrows, place) => {
          const group = labels[place].parentNode;
          this.lines.push({ group, arrows: arrows.map((each) => tables.arrows[each]) });
        });
      this.starts = [...this.svg.querySelectorAll('g.start')];
      for (const region of tables.regions)
        for (const state of region.states) this.addState(region, state, choose);
      this.inOrder();
      this.svg.setAttribute('role', 'group');
      this.svg.setAttribute('aria-label', tables.lifecycle.title);
      for (const name of ['aria-labelledby', 'width', 'height']) this.svg.removeAttribute(name);
      this.crop();
      this.scale = null;
      this.resize();
    }

    /** A state can be reached and opened by keyboard, and says what it is. */
    addState(region, state, choose) {
      const group = by(state.id);
      const name = state.meaning ? `${state.name}, ${state.meaning}` : state.name;
      group.setAttribute('role', 'button');
      group.setAttribute('tabindex', '0');
      group.setAttribute('aria-label', printable(name));
      group.setAttribute('aria-pressed', 'false');
      group.addEventListener('click', () => choose(state.id));
      group.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        choose(state.id, true);
      });
      this.states.set(state.id, { region, state, group });
    }

    /** Those who go from status to status by keyboard go through a life, wherever each stands. */
    inOrder() {
      const groups = [...this.states.values()].map(({ group }) => group);
      groups.reduce((before, group) => {
        before.after(group);
        return group;
      });
    }

    /** The page has its own title, so the picture's head is cut off. */
    crop() {
      const box = this.svg.getBBox();
      if (!box.width) return;
      const view = [
        box.x - MARGIN,
        box.y - MARGIN,
        box.width + 2 * MARGIN,
        box.height + 2 * MARGIN,
      ];
      this.svg.setAttribute('viewBox', view.map((each) => each.toFixed(1)).join(' '));
    }

    get natural() {
      return this.svg.viewBox.baseVal;
    }

    /** How large all of it just fits; on a narrow screen, how small it can still be read. */
    get fitting() {
      const style = getComputedStyle(this.frame);
      const room =
        this.frame.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const wide = matchMedia('(min-width: 861px)').matches;
      const high =
        this.frame.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
      const least = wide
        ? Math.min(room, (high * this.natural.width) / this.natural.height)
        : LEAST_WIDTH;
      return Math.min(
        Math.max(least, wide ? Math.min(room, LEAST_WIDTH) : room) / this.natural.width,
        1.25,
      );
    }

    /** Draw it as large as was asked, or as fits; the middle of what is seen stays. */
    resize(scale = this.scale) {
      const { frame } = this;
      const middle = [
        (frame.scrollLeft + frame.clientWidth / 2) / Math.max(frame.scrollWidth, 1),
        (frame.scrollTop + frame.clientHeight / 2) / Math.max(frame.scrollHeight, 1),
      ];
      // As large as fits is measured without scroll bars, which a smaller picture may not need.
      if (scale === null) this.svg.style.width = '0';
      this.scale = scale === null ? null : Math.min(Math.max(scale, SMALLEST), LARGEST);
      const shown = this.scale ?? this.fitting;
      this.svg.style.width = `${Math.round(this.natural.width * shown)}px`;
      by('scale').textContent = `${Math.round(shown * 100)} %`;
      by('fit').setAttribute('aria-label', `${by('scale').textContent}, fit into the window`);
      if (this.scale !== null) {
        frame.scrollLeft = middle[0] * frame.scrollWidth - frame.clientWidth / 2;
        frame.scrollTop = middle[1] * frame.scrollHeight - frame.clientHeight / 2;
      }
    }

    zoom(factor) {
      this.resize((this.scale ?? this.fitting) * factor);
    }

    /** Set a class on exactly the groups that are wanted. */
    mark(name, groups) {
      const wanted = new Set(groups);
      for (const group of this.svg.querySelectorAll(`.${name}`))
        if (!wanted.has(group)) group.classList.remove(name);
      for (const group of wanted) group.classList.add(name);
    }

    groups(ids) {
      return [...ids].filter((id) => this.states.has(id)).map((id) => this.states.get(id).group);
    }

    linesOf(arrows) {
      return this.lines.filter((line) => line.arrows.some((arrow) => arrows.has(arrow)));
    }

    /**
     * Show some states, arrows and starts, and dim the others; all of it where nothing is given.
     */
    show({ states, arrows, starts } = {}) {
      this.svg.classList.toggle('focused', Boolean(states));
      if (!states) {
        this.mark('dim', []);
        this.mark('hot', []);
        return;
      }
      const hot = new Set(this.linesOf(arrows).map((line) => line.group));
      const seen = new Set(this.groups(states));
      const begun = this.starts.filter((group) => starts.has(group.id));
      const all = [...this.states.values()].map((each) => each.group);
      const dim = [
        ...all.filter((group) => !seen.has(group)),
        ...this.lines.map((line) => line.group).filter((group) => !hot.has(group)),
        ...this.starts.filter((group) => !begun.includes(group)),
      ];
      this.mark('dim', dim);
      this.mark('hot', [...hot, ...begun]);
    }

    /** Show where a job is, and where something is wrong. */
    place(now, bad) {
      const [here, wrong] = [this.groups(now), this.groups(bad)];
      this.mark('now', here);
      this.mark('bad', wrong);
      for (const { group } of this.states.values()) group.removeAttribute('aria-current');
      for (const group of here) group.setAttribute('aria-current', 'step');
    }

    /** Mark the status whose meaning is shown beside. */
    choose(id) {
      this.mark('chosen', this.groups(id ? [id] : []));
      for (const [each, { group }] of this.states)
        group.setAttribute('aria-pressed', String(each === id));
    }

    /** Draw a move that no arrow shows, from one status to another. */
    jump(from, to) {
      by('jump')?.remove();
      if (!this.states.has(from) || !this.states.has(to) || from === to) return;
      const [one, other] = [from, to].map((id) => this.states.get(id).group);
      const drawn = document.createElementNS(SVG, 'g');
      drawn.id = 'jump';
      const bend = bendOf(middleOf(boxOf(one)), middleOf(boxOf(other)));
      const [a, b] = [edgeOf(boxOf(one), bend), edgeOf(boxOf(other), bend)];
      drawn.append(
        shape('path', { d: `M${a} Q${bend} ${b}` }),
        shape('polygon', { points: arrowHead(bend, b) }),
      );
      other.parentNode.append(drawn);
    }

    /** Bring a status into view, for those who replay a job on a small screen. */
    reveal(id) {
      const group = this.states.get(id)?.group;
      if (!group) return;
      const [box, view] = [group.getBoundingClientRect(), this.frame.getBoundingClientRect()];
      const room = 40;
      if (box.left < view.left + room) this.frame.scrollLeft -= view.left + room - box.left;
      if (box.right > view.right - room) this.frame.scrollLeft += box.right - view.right + room;
      if (box.top < view.top + room) this.frame.scrollTop -= view.top + room - box.top;
      if (box.bottom > view.bottom - room) this.frame.scrollTop += box.bottom - view.bottom + room;
    }
  }

  // --- Geometry -------------------------------------------------------------------------------

  const boxOf = (group) => group.querySelector('rect').getBBox();

  const middleOf = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

  /** Where the line between two middles leaves a box. */
  const edgeOf = (box, [toX, toY]) => {
    const [x, y] = middleOf(box);
    const [dx, dy] = [toX - x, toY - y];
    const share = Math.min(
      (box.width / 2 + 5) / Math.max(Math.abs(dx), 1e-6),
      (box.height / 2 + 5) / Math.max(Math.abs(dy), 1e-6),
      1,
    );
    return [x + dx * share, y + dy * share];
  };

  /** The point that draws a curve away from the straight way, where other lines run. */
  const bendOf = ([x, y], [toX, toY]) => {
    const [dx, dy] = [toX - x, toY - y];
    const far = Math.hypot(dx, dy) || 1;
    const aside = Math.max(far * 0.22, 110);
    return [(x + toX) / 2 - (dy / far) * aside, (y + toY) / 2 + (dx / far) * aside];
  };

  const arrowHead = (from, tip) => {
    const [dx, dy] = [tip[0] - from[0], tip[1] - from[1]];
    const far = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / far, dy / far];
    const back = [tip[0] - ux * 14, tip[1] - uy * 14];
    return `${tip} ${[back[0] - uy * 6, back[1] + ux * 6]} ${[back[0] + uy * 6, back[1] - ux * 6]}`;
  };

  return { Picture, by, make, printable, shape };
})();
