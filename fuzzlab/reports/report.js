"use strict";
// Reads a curve at the pointer or with the arrow keys, and unfolds what a link leads to. Everything else on the page works without a script.
(() => {
  const number = new Intl.NumberFormat("en");
  const time = (s) => s < 59.5 ? `${s < 9.95 ? s.toFixed(1) : Math.round(s)} s`
    : s < 3600 ? `${Math.floor(s / 60)}:${String(Math.round(s) % 60).padStart(2, "0")} min`
    : `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")} h`;

  function read(svg) {
    const figure = svg.closest("figure");
    if (svg.shows !== figure.dataset.times + figure.dataset.values) {  // a live page goes on
      svg.shows = figure.dataset.times + figure.dataset.values;
      const times = figure.dataset.times.split(" ").map(Number);
      const values = figure.dataset.values.split(" ").map(Number);
      const end = times[times.length - 1] || 1;
      const begin = Number(svg.dataset.begin);
      const place = (t) => begin > 0 ? Math.max(0, Math.log(Math.max(t, begin) / begin)) / (Math.log(end / begin) || 1) : t / end;
      svg.moments = times.map((t, n) => ({ at: place(t), time: t, value: values[n] }));
    }
    return svg.moments;
  }

  function show(svg, index) {
    const moment = read(svg)[index];
    const cursor = svg.querySelector(".cursor");
    const x = moment.at * svg.viewBox.baseVal.width;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.style.visibility = "visible";
    svg.index = index;
    svg.closest("figure").querySelector("output").value = `${number.format(moment.value)} at ${time(moment.time)}`;
  }

  function hide(svg) {
    svg.querySelector(".cursor").style.visibility = "";
    svg.closest("figure").querySelector("output").value = "";
  }

  document.addEventListener("pointermove", (event) => {
    const svg = event.target.closest?.(".plot svg");
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width;
    let index = 0;
    read(svg).forEach((moment, n) => { if (moment.at <= at) index = n; });
    show(svg, index);
  });
  document.addEventListener("pointerout", (event) => {
    const svg = event.target.closest?.(".plot svg");
    if (svg && !svg.contains(event.relatedTarget)) hide(svg);
  });
  document.addEventListener("keydown", (event) => {
    const svg = event.target.closest?.(".plot svg");
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -1e9, End: 1e9 }[event.key];
    if (!svg || !step) return;
    event.preventDefault();
    const last = read(svg).length - 1;
    show(svg, Math.min(last, Math.max(0, (svg.index ?? 0) + step)));
  });
  const unfold = () => {
    const element = document.getElementById(location.hash.slice(1));
    if (element instanceof HTMLDetailsElement) element.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
  document.addEventListener("focusout", (event) => {
    const svg = event.target.closest?.(".plot svg");
    if (svg) hide(svg);
  });
})();
