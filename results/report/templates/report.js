// Tables that sort, search, filter and are saved; charts; and buttons that copy. Pages can be read without this.
// DataTables would weigh 0.7 MB, is a module, which pages of a folder can't share, and keeps no choice in the address.
const made = (tag, attributes, ...inside) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...inside);
  return element;
};
const shown = cell => (cell.dataset.value ?? cell.textContent).trim().replace(/\s+/g, " ");
const save = (name, type, text) => {
  const link = made("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

// Empty texts are last in both directions; numbers are compared as numbers.
const words = new Intl.Collator("en", { numeric: true });
const order = (one, other, sign) => {
  if (!one || !other) return !one - !other;
  const difference = Number(one) - Number(other);
  return sign * (Number.isNaN(difference) ? words.compare(one, other) : difference);
};

// What a spreadsheet would compute gets an apostrophe.
const quoted = text => {
  const harmless = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text;
  return /[",\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

const work = table => {
  const headings = [...table.tHead.rows[0].cells], body = table.tBodies[0], rows = [...body.rows];
  const names = headings.map(shown), texts = new Map(rows.map(row => [row, [...row.cells].map(shown)]));
  const state = { q: "", sort: "", choices: {} };
  const status = made("output", {}), search = made("input", { type: "search", autocomplete: "off" });
  const tools = made("div", { className: "tools control" }, made("label", {}, "search ", search));
  const selects = headings.flatMap((heading, i) => {
    if (!("choice" in heading.dataset)) return [];
    const values = [...new Set(rows.map(row => texts.get(row)[i]))].filter(Boolean);
    if (values.length < 2 && !("address" in table.dataset)) return [];
    const options = ["", ...values].map(value => made("option", { value }, value || "all"));
    const select = made("select", {}, ...options);
    select.onchange = () => { state.choices[names[i]] = select.value; update(); };
    tools.append(made("label", {}, names[i] + " ", select));
    return [{ select, i }];
  });
  const update = (isRead = false) => {
    const wanted = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const mine = texts.get(row), whole = mine.join(" ").toLowerCase();
      row.hidden = !(wanted.every(word => whole.includes(word)) &&
        selects.every(({ i }) => !state.choices[names[i]] || mine[i] === state.choices[names[i]]));
    }
    const [, minus, name] = /^(-?)(.*)$/.exec(state.sort), column = names.indexOf(name);
    const sorted = column < 0 ? rows
      : [...rows].sort((a, b) => order(texts.get(a)[column], texts.get(b)[column], minus ? -1 : 1));
    body.append(...sorted);
    headings.forEach((heading, i) => {
      if (i === column) heading.ariaSort = minus ? "descending" : "ascending";
      else heading.removeAttribute("aria-sort");
    });
    status.value = `${rows.filter(row => !row.hidden).length} of ${rows.length}`;
    if ("address" in table.dataset && !isRead) {
      const entries = Object.entries({ ...state.choices, q: state.q, sort: state.sort }).filter(([, text]) => text);
      history.replaceState(null, "", "#" + new URLSearchParams(entries));
    }
  };
  headings.forEach((heading, i) => {
    if ("fixed" in heading.dataset) return;
    const button = made("button", { type: "button", className: "sort" }, ...heading.childNodes);
    button.onclick = () => {
      state.sort = { [names[i]]: "-" + names[i], ["-" + names[i]]: "" }[state.sort] ?? names[i];
      update();
    };
    heading.append(button);
  });
  search.oninput = () => { state.q = search.value; update(); };
  const lines = () => [headings, ...[...body.rows].filter(row => !row.hidden).map(row => [...row.cells])]
    .map(cells => cells.filter((_, i) => !headings[i].hidden).map(cell => cell.textContent.trim().replace(/\s+/g, " ")));
  if (table.dataset.save) {
    const csv = made("button", { type: "button" }, "CSV of these rows");
    csv.onclick = () => save(table.dataset.save + ".csv", "text/csv",
      lines().map(line => line.map(quoted).join(",") + "\n").join(""));
    tools.append(csv);
  }
  if ("address" in table.dataset) {
    const read = () => {
      const entries = new URLSearchParams(location.hash.slice(1));
      state.q = search.value = entries.get("q") ?? "";
      state.sort = entries.get("sort") ?? "";
      for (const { select, i } of selects) state.choices[names[i]] = select.value = entries.get(names[i]) ?? "";
      update(true);
    };
    addEventListener("hashchange", read);
    read();
  }
  if (rows.length > 7) {
    tools.append(status);
    table.closest(".wide").before(tools);
    status.value ||= `${rows.length} of ${rows.length}`;
  }
};
document.querySelectorAll("table[data-sorted]").forEach(work);

for (const box of document.querySelectorAll(".copied")) {
  const button = made("button", { type: "button", className: "control" }, "copy");
  button.ariaLabel = `copy: ${box.firstElementChild.ariaLabel}`;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(box.textContent.replace(/(copy|copied)$/, ""));
    } catch {  // on a page without https
      getSelection().selectAllChildren(box.querySelector("code"));
      document.execCommand("copy");
    }
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  };
  box.append(button);
}

// The colour of the text is that of the page, so charts need not be drawn again when the scheme changes.
const ink = "currentColor", grey = { gridColor: ink, gridOpacity: 0.15, domainColor: ink, tickColor: ink };
const config = {
  background: null, font: "system-ui, sans-serif", view: { stroke: null },
  axis: { labelColor: ink, titleColor: ink, labelLimit: 180, domainOpacity: 0.4, tickOpacity: 0.4, ...grey },
  legend: { labelColor: ink, titleColor: ink },
};
// Vega can place labels so that they cover neither each other nor the points; Vega-Lite can't.
const distances = [3, 9, 16];
const corners = ["right", "left", "top-right", "bottom-right", "top-left", "bottom-left", "top", "bottom"];
const labelled = spec => {
  const points = spec.marks.find(mark => mark.type === "symbol");
  spec.marks.push({
    type: "text", from: { data: points.name },
    encode: { enter: { text: { field: "datum.system" }, fontSize: { value: 11 }, limit: { value: 210 }, fill: { value: ink } } },
    transform: [{
      type: "label", size: { signal: "[width, height]" },
      offset: distances.flatMap(distance => corners.map(() => distance)),
      anchor: distances.flatMap(() => corners),
    }],
  });
  return spec;
};
const draw = async place => {
  const [data, values] = JSON.parse(place.nextElementSibling.textContent), kind = place.dataset.chart;
  const spec = JSON.parse(JSON.stringify(CHARTS[kind]), (_, value) => values[value] ?? value);
  if (spec.layer) spec.layer = spec.layer.filter(layer => layer.data.values || data[layer.data.name]);
  spec.datasets = data;
  const patch = kind === "time" ? labelled : whole => whole;
  const label = place.ariaLabel, name = label.split(". ")[0];
  const { view } = await vegaEmbed(place, spec, { renderer: "svg", actions: false, config, patch });
  place.role = "img";  // Vega has put its own role and label there
  place.ariaLabel = label;
  const button = made("button", { type: "button", className: "control" }, "SVG");
  button.ariaLabel = `save as SVG: ${name}`;
  button.onclick = async () => save(`${name.replace(/[^\w]+/g, "-")}.svg`, "image/svg+xml",
    (await view.toSVG()).replaceAll(ink, "#1c2024"));
  place.closest("figure").append(button);
};
document.querySelectorAll("[data-chart]").forEach(draw);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(part => { part.open = true; }));
