// The texts of the SVGs of a page that lie on a line, a head, a border or another text, or that are
// cut off; and the lines that run through a box.
// A capsule covers what is under it, so nothing counts that lies under one.
() => {
  const found = new Set();
  const texts = [];
  for (const text of document.querySelectorAll("svg text")) {
    const rows = [...text.querySelectorAll("tspan[x]")];
    for (const row of rows.length ? rows : [text]) {
      const range = document.createRange();
      range.selectNodeContents(row);
      const box = range.getBoundingClientRect();
      // The box of a line of text is taller than its letters.
      if (box.width) {
        texts.push({
          said: row.textContent,
          left: box.left + 0.5,
          right: box.right - 0.5,
          top: box.top + 2,
          bottom: box.bottom - 2,
          own: text.closest("g"),
        });
      }
    }
  }
  const holds = (box, point) =>
    point.x > box.left && point.x < box.right && point.y > box.top && point.y < box.bottom;
  const name = (group) => group.dataset.arrows || group.id || group.className.baseVal;
  const drawn = "path.stroke, polygon.head, rect:not(.paper):not(.share), circle";
  for (const shape of document.querySelectorAll("svg :is(" + drawn + ")")) {
    const matrix = shape.getScreenCTM();
    const length = shape.getTotalLength();
    const group = shape.closest("g");
    for (let at = 0; at <= length; at += 2) {
      const point = shape.getPointAtLength(at).matrixTransform(matrix);
      for (const box of texts) {
        if (holds(box, point)) {
          found.add(`"${box.said}" on ${shape.tagName} of ${group ? name(group) : "nothing"}`);
        }
      }
    }
  }
  texts.forEach((one, number) => {
    for (const other of texts.slice(0, number)) {
      const across = one.left < other.right && other.left < one.right;
      if (across && one.top < other.bottom && other.top < one.bottom) {
        found.add(`"${one.said}" on "${other.said}"`);
      }
    }
  });
  for (const svg of document.querySelectorAll("svg")) {
    const sheet = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      const beside = box.left < sheet.left || box.right > sheet.right;
      if (beside || box.top < sheet.top || box.bottom > sheet.bottom)
        found.add(`"${text.textContent}" is cut off`);
    }
  }
  const boxes = [...document.querySelectorAll("svg g.state > rect.box")].map((rect) => ({
    id: rect.parentNode.id,
    box: rect.getBoundingClientRect(),
  }));
  for (const stroke of document.querySelectorAll("svg :is(g.line[data-arrows], g.start) path.stroke")) {
    const matrix = stroke.getScreenCTM();
    const length = stroke.getTotalLength();
    for (let at = 0; at <= length; at += 2) {
      const { x, y } = stroke.getPointAtLength(at).matrixTransform(matrix);
      for (const { id, box } of boxes)
        if (x > box.left + 3 && x < box.right - 3 && y > box.top + 3 && y < box.bottom - 3)
          found.add(`${stroke.tagName} of ${name(stroke.closest("g"))} through ${id}`);
    }
  }
  return [...found];
}
