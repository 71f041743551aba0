// Draws every chart in the colours of the page, and again when the colour scheme changes.
const draw = () => {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim(), line = style.getPropertyValue("--line").trim();
  const axis = { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, labelLimit: 180 };
  const legend = { labelColor: ink, titleColor: ink };
  const config = { background: null, font: "system-ui, sans-serif", axis, legend, view: { stroke: null }, text: { color: ink } };
  for (const source of document.querySelectorAll("script[data-chart]")) {
    vegaEmbed("#" + source.dataset.chart, JSON.parse(source.textContent), { renderer: "svg", actions: false, config });
  }
};
draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
