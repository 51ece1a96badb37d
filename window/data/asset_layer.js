// The assets of the register on a Leaflet map: asked for by the part of the map in view, drawn on one canvas, told back to the page when one is
// clicked or a box is drawn. Names are only ever set as text.
(function () {
  "use strict";
  function tell(said) {
    const data = window.__GLOBAL_DATA__;
    data.last_object_clicked_tooltip = JSON.stringify(Object.assign({ n: Date.now() }, said));
    data.previous_data = { last_object_clicked_tooltip: data.last_object_clicked_tooltip };
    window.Streamlit.setComponentValue(data.previous_data);
  }

  function label(words) {
    const element = document.createElement("span");
    element.textContent = words;
    return element;
  }

  function tellWhenClicked(dot, id, isDeaf) {
    dot.on("click", (event) => { L.DomEvent.stopPropagation(event); if (!isDeaf()) tell({ kind: "asset", id: id }); });
    dot.on = (kind, ...rest) => kind === "click" ? dot : L.CircleMarker.prototype.on.call(dot, kind, ...rest);  // told once, by us alone
  }

  window.sitingDots = function (group, dots) {
    const inner = L.layerGroup().addTo(group);  // a click on a dot does not climb to the feature group, which the component listens to
    for (const [lon, lat, radius, fill, line, weight, id] of dots) {
      const dot = L.circleMarker([lat, lon], {
        radius: radius, color: line, weight: weight, fill: Boolean(fill), fillColor: fill || null, fillOpacity: 1, interactive: Boolean(id),
      });
      if (id) {
        dot.bindTooltip(() => label(id));
        tellWhenClicked(dot, id, () => false);
      }
      dot.addTo(inner);
    }
  };

  window.sitingAssets = function (map, options) {
    const group = L.layerGroup().addTo(map);
    const canvas = L.canvas({ padding: 0.3, tolerance: 4 });
    let query = "";
    let asked = 0;
    let isDrawing = false;

    async function draw() {
      const mine = ++asked;
      const view = map.getBounds().pad(0.1);
      const bbox = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((one) => one.toFixed(6)).join(",");
      const answer = await fetch(options.root + "/points?bbox=" + bbox + (options.plan ? "&plan=" + encodeURIComponent(options.plan) : "") + query, { headers: { "X-Siting-Pass": options.pass } });
      if (answer.status === 401 || answer.status === 403) return complain();
      if (!answer.ok || mine !== asked) return;
      const found = await answer.json();
      if (mine !== asked) return;
      group.clearLayers();
      for (const [lon, lat, count] of found.clusters) {
        const size = Math.round(22 + 9 * Math.log10(count));
        const icon = L.divIcon({ html: label(count.toLocaleString()), className: "siting-cluster", iconSize: [size, size] });
        L.marker([lat, lon], { icon: icon, keyboard: false }).on("click", () => isDrawing || map.setView([lat, lon], map.getZoom() + 2)).addTo(group);
      }
      const isFar = map.getZoom() < 15;  // thousands of candidates of a plan would hide what it covers
      for (const [lon, lat, id, name, type] of found.points) {
        const dot = L.circleMarker([lat, lon], {
          renderer: canvas, radius: options.plan ? (isFar ? 1.5 : 3.5) : Math.max(3, Math.min(6, map.getZoom() - 11)),
          weight: options.plan && isFar ? 0 : 1.2, color: "#ffffff",
          fillColor: options.colours[type] || options.colour, fillOpacity: options.plan ? 0.6 : 0.95,
        });
        dot.bindTooltip(() => label((options.types[type] || type) + "  " + (name || id)));
        tellWhenClicked(dot, id, () => isDrawing);
        dot.addTo(group);
      }
      window.sitingDrawn = { points: found.points.length, clusters: found.clusters.length, chosen: found.chosen };
    }

    function complain() {
      if (window.sitingExpired) return;
      const Note = L.Control.extend({ onAdd: () => { const note = label(options.words.expired); note.className = "siting-note"; return note; } });
      window.sitingExpired = new Note({ position: "topright" }).addTo(map);
    }

    map.on("moveend", draw);
    draw();

    const Box = L.Control.extend({
      onAdd: function () {
        const bar = L.DomUtil.create("div", "leaflet-bar");
        const button = L.DomUtil.create("a", "siting-box", bar);
        button.href = "#";
        button.setAttribute("role", "button");
        button.title = options.words.box;
        button.textContent = "▭";
        L.DomEvent.disableClickPropagation(bar);
        L.DomEvent.on(button, "click", (event) => { L.DomEvent.preventDefault(event); begin(button); });
        return bar;
      },
    });
    let shape = null;
    function begin(button) {
      button.classList.add("siting-active");
      map.dragging.disable();
      map.getContainer().style.cursor = "crosshair";
      let from = null;
      isDrawing = true;
      function down(event) {
        from = event.latlng;
        if (shape) map.removeLayer(shape);
        shape = L.rectangle([from, from], { color: "#D55E00", weight: 2, fillOpacity: 0.06, interactive: false }).addTo(map);
      }
      function move(event) { if (from) shape.setBounds(L.latLngBounds(from, event.latlng)); }
      function up(event) {
        if (!from) return;
        const bounds = L.latLngBounds(from, event.latlng);
        setTimeout(() => { isDrawing = false; }, 0);  // the click that follows belongs to the box
        map.off("mousedown", down).off("mousemove", move).off("mouseup", up);
        map.dragging.enable();
        map.getContainer().style.cursor = "";
        button.classList.remove("siting-active");
        if (bounds.getWest() < bounds.getEast() && bounds.getSouth() < bounds.getNorth()) tell({ kind: "box", bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] });
      }
      map.on("mousedown", down).on("mousemove", move).on("mouseup", up);
    }
    if (options.box) new Box({ position: "topleft" }).addTo(map);

    window.sitingNarrow = function (next) {
      if (next !== query) { query = next; draw(); }
    };
  };
})();
