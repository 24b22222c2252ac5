"use strict";
// Builds the list of DAGs from the page's data. Texts become text nodes only: what a DAG is called is never markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const body = document.querySelector("#list tbody");
  const search = document.getElementById("search");
  const outcome = document.getElementById("outcome");
  const reason = document.getElementById("reason");
  const order = new Map(data.shares.map((share, place) => [share.outcome, place]));

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const drawn = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "\u2026" : text);

  const rows = data.dags.map((dag) => {
    const name = dag.dag === null ? dag.path : dag.dag;
    const schedule = dag.schedule ? dag.schedule.before.words : "";
    const operators = (dag.tasks || []).map((task) => task[1] + " " + task[0]).join(" ");
    const codes = new Set(dag.stops.map((found) => found.code));
    const said = [...dag.stops, ...dag.losses].map((found) => found.code + " " + found.message).join(" ");
    return {
      dag, name, schedule, codes, outcome: dag.outcome, tasks: (dag.tasks || []).length, losses: dag.losses.length,
      anchor: "dag=" + encodeURIComponent(dag.path + "::" + (dag.dag || "")),
      text: [name, dag.path, dag.outcome, schedule, operators, said].join(" ").toLowerCase(),
      row: null, opened: null,
    };
  });

  function build(one) {
    const button = element("button", { type: "button", "aria-expanded": "false" }, one.name);
    button.addEventListener("click", () => toggle(one));
    const cells = [
      element("td", {}, button, element("br"), element("span", { class: "quiet" }, one.dag.path)),
      element("td", {}, one.outcome),
      element("td", { class: "number" }, one.dag.tasks ? String(one.tasks) : ""),
      element("td", {}, one.schedule),
      element("td", { class: "number" }, one.losses ? String(one.losses) : ""),
    ];
    one.row = element("tr", { id: one.anchor }, ...cells);
    one.button = button;
  }

  function toggle(one) {
    const open = one.opened === null || one.opened.hidden;
    if (one.opened === null) {
      one.opened = element("tr", { class: "opened" }, element("td", { colspan: "5" }, ...contents(one.dag)));
      one.row.after(one.opened);
    }
    one.opened.hidden = !open;
    one.button.setAttribute("aria-expanded", String(open));
    if (open) history.replaceState(null, "", "#" + one.anchor);
  }

  function contents(dag) {
    const parts = [];
    const part = (title, ...children) => parts.push(element("h3", {}, title), ...children);
    if (dag.stops.length) part("What stops it", findings(dag.stops));
    if (dag.schedule) {
      const { before, after } = dag.schedule;
      const list = element("dl");
      for (const [title, timing] of [["in the source", before], ["as a definition", after]])
        list.append(element("dt", {}, title),
          element("dd", {}, timing.words + (timing.runs.length ? "; next " + timing.runs.join(", ") : "")));
      part("Schedule", list);
    }
    if (dag.losses.length) part("What is lost or means something else", findings(dag.losses));
    if (dag.tasks && dag.tasks.length) part("Tasks", element("div", { class: "graph" }, graph(dag.tasks)));
    if (dag.yaml) part("Definition", element("pre", { tabindex: "0" }, dag.yaml));
    if (dag.source) part("Source", element("pre", { tabindex: "0" }, dag.source));
    return parts;
  }

  function findings(found) {
    const list = element("ul");
    for (const one of found) {
      const place = one.line ? one.file + ":" + one.line : one.file;
      const item = element("li", {}, one.code + " " + one.message, element("br"));
      if (one.text) item.append(element("code", {}, one.text), " ");
      item.append(element("span", { class: "quiet" }, place));
      if (one.help) item.append(element("br"), element("span", { class: "quiet" }, "help: " + one.help));
      list.append(item);
    }
    return list;
  }

  // Tasks in columns by the longest way to them; a graph with a circle cannot be loaded, so the walk ends.
  function graph(tasks) {
    const column = tasks.map(() => -1);
    const depth = (start) => {
      const stack = [start];
      while (stack.length) {
        const task = stack[stack.length - 1];
        const open = tasks[task][2].filter((before) => column[before] < 0);
        if (open.length) { stack.push(...open); continue; }
        column[task] = Math.max(-1, ...tasks[task][2].map((before) => column[before])) + 1;
        stack.pop();
      }
    };
    tasks.forEach((_, task) => { if (column[task] < 0) depth(task); });
    const used = [];
    const place = column.map((at) => [at * 210 + 5, (used[at] = (used[at] ?? -1) + 1) * 52 + 5]);
    const [width, height] = [(Math.max(...column) + 1) * 210, Math.max(...used.filter((n) => n !== undefined)) * 52 + 52];
    const svg = drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    svg.append(drawn("title", {}, tasks.length + " tasks and their order"));
    tasks.forEach((task, index) => {
      for (const before of task[2]) {
        const [x, y, to, down] = [place[before][0] + 180, place[before][1] + 20, place[index][0], place[index][1] + 20];
        svg.append(drawn("path", { d: `M${x} ${y}C${x + 15} ${y} ${to - 15} ${down} ${to} ${down}` }));
      }
    });
    tasks.forEach((task, index) => {
      const [x, y] = place[index];
      svg.append(drawn("rect", { x, y, width: 180, height: 40, rx: 5 }));
      svg.append(drawn("text", { x: x + 8, y: y + 16 }, short(task[0], 26)));
      svg.append(drawn("text", { x: x + 8, y: y + 32, class: "class" }, short(task[1], 26)));
    });
    return svg;
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const fits = words.every((word) => one.text.includes(word)) && (!outcome.value || one.outcome === outcome.value)
        && (!reason.value || one.codes.has(reason.value));
      one.row.hidden = !fits;
      if (one.opened) one.opened.hidden = !fits || one.button.getAttribute("aria-expanded") === "false";
      shown += fits;
    }
    document.getElementById("shown").textContent = shown + " of " + rows.length;
  }

  function sort(key, way) {
    const value = key === "outcome" ? (one) => order.get(one.outcome) : (one) => one[key];
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));
    rows.sort((a, b) => way * compare(value(a), value(b)) || a.name.localeCompare(b.name));
    const all = document.createDocumentFragment();
    for (const one of rows) all.append(one.row, ...(one.opened ? [one.opened] : []));
    body.append(all);
    for (const head of document.querySelectorAll("#list th")) {
      const mine = head.firstElementChild.dataset.key === key;
      head.setAttribute("aria-sort", mine ? (way > 0 ? "ascending" : "descending") : "none");
    }
  }

  function follow() {
    const wanted = decodeURI(location.hash.slice(1));
    const one = rows.find((row) => row.anchor === location.hash.slice(1) || row.anchor === wanted);
    if (one) {
      if (one.button.getAttribute("aria-expanded") === "false") toggle(one);
      one.row.scrollIntoView();
    } else if (wanted.startsWith("reason=")) {
      const details = document.getElementById(wanted);
      if (details) { details.open = true; details.scrollIntoView(); }
    }
  }

  rows.forEach(build);
  sort("outcome", 1);
  filter();
  for (const button of document.querySelectorAll("#list th button"))
    button.addEventListener("click", () =>
      sort(button.dataset.key, button.parentElement.getAttribute("aria-sort") === "ascending" ? -1 : 1));
  search.addEventListener("input", filter);
  for (const choice of [outcome, reason]) choice.addEventListener("change", filter);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details")) one.open = true; });
  follow();
})();
