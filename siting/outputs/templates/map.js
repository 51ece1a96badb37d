"use strict";
// Fills the layers that the page has prepared. All texts in the data are already safe HTML.
window.addEventListener("DOMContentLoaded", function () {
  const data = JSON.parse(document.getElementById("siting-data").textContent);
  const map = window[data.map];
  const layer = (name) => window[data.layers[name]];
  const svg = L.svg({ padding: 0.3 });
  const canvas = L.canvas({ padding: 0.3, tolerance: 3 });

  // The panel on the left and the switches on the right must not cover what is shown.
  const isWide = window.innerWidth > 1100;
  const room = { paddingTopLeft: [isWide ? 376 : 16, 16], paddingBottomRight: [isWide ? 262 : 16, 36] };
  map.fitBounds(data.bounds, room);

  const second = (pair) => (pair.length > 1 ? '<span lang="en">' + pair[1] + "</span>" : "");
  const inline = (pair) => pair.join(" ");

  function popup(feature) {
    const about = feature.properties;
    let html = '<div class="siting-popup"><p class="kind">';
    html += (about.rank ? "<b>" + about.rank + "</b> " : "") + inline(about.kind) + "</p>";
    html += "<h3>" + about.name[0] + second(about.name) + "</h3>";
    if (about.is_synthetic) {
      html += '<p class="synthetic">' + data.synthetic[0] + second(data.synthetic) + "</p>";
    }
    html += "<table>";
    for (const [name, value] of Object.entries(about.rows)) {
      const label = data.labels[name];
      html += "<tr><th>" + label[0] + second(label) + "</th><td>" + value[0] + second(value) + "</td></tr>";
    }
    return html + "</table></div>";
  }

  function withPopup(feature, marker) {
    marker.bindPopup(() => popup(feature), {
      maxWidth: 360, minWidth: 260, autoPanPaddingTopLeft: room.paddingTopLeft, autoPanPaddingBottomRight: room.paddingBottomRight,
    });
  }

  function zoneTooltip(feature) {
    const about = feature.properties;
    let html = "<b>" + about.name + "</b>";
    if (about.share !== null) {
      html += "<br>" + inline(data.shareLabel) + " <b>" + about.share + " %</b>";
      html += "<br>" + inline(data.reachableLabel) + " " + about.reachable + " %";
    }
    return html;
  }

  const zones = L.geoJSON(data.zones, {
    style: { renderer: canvas, color: "#1b1b1b", weight: 2, dashArray: "6 4", fillOpacity: 0 },
    onEachFeature: (feature, path) => path.bindTooltip(zoneTooltip(feature), { sticky: true, className: "siting-tooltip" }),
  }).addTo(layer("zones"));

  // Each zone's name stands at its upper edge, so that outlines can be told apart.
  zones.eachLayer((path) => {
    const box = path.getBounds();
    const name = path.feature.properties.name.split(" / ")[0];
    L.tooltip({ permanent: true, direction: "center", className: "siting-zone-name", opacity: 1 })
      .setLatLng([box.getNorth(), box.getCenter().lng]).setContent(name).addTo(layer("zones"));
  });

  if (data.candidates) {
    L.geoJSON(data.candidates, {
      pointToLayer: (feature, at) =>
        L.circleMarker(at, { renderer: canvas, radius: 4, weight: 1, color: "#ffffff", fillColor: "#3c3c3c", fillOpacity: 0.9 }),
      onEachFeature: withPopup,
    }).addTo(layer("candidates"));
  }

  const siteSize = () => {
    const radius = Math.max(2.5, Math.min(9, map.getZoom() - 9));
    return { radius: radius, weight: radius < 5 ? 1 : 2 };
  };
  const sites = L.geoJSON(data.sites, {
    filter: (feature) => !feature.properties.is_fixed,
    pointToLayer: (feature, at) =>
      L.circleMarker(at, {
        renderer: svg, ...siteSize(), color: "#ffffff", fillColor: "#d55e00", fillOpacity: 1, className: "siting-site",
      }),
    onEachFeature: withPopup,
  }).addTo(layer("sites"));
  map.on("zoomend", () => sites.eachLayer((marker) => marker.setStyle(siteSize())));

  if (data.layers.fixed) {
    L.geoJSON(data.sites, {
      filter: (feature) => feature.properties.is_fixed,
      pointToLayer: (feature, at) =>
        L.marker(at, { icon: L.divIcon({ className: "siting-fixed", iconSize: [14, 14] }), keyboard: true, alt: feature.properties.kind.join(" ") }),
      onEachFeature: withPopup,
    }).addTo(layer("fixed"));
  }

  // A layer switched on again is drawn last: outlines must not cover what can be clicked.
  map.on("overlayadd", () => zones.bringToBack());
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 160 }).addTo(map);
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  data.credits.forEach((credit) => map.attributionControl.addAttribution(credit));
  document.body.dataset.ready = "yes";
});
