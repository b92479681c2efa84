#pragma once

namespace thalweg::report {

/// The style sheet of all pictures of the command line, for light and dark colour schemes.
inline constexpr const char* kSvgStyle = R"(<style>
.thalweg{font-family:system-ui,sans-serif;font-size:12px;color:#1f2937}
.thalweg .paper{fill:#fff}
.thalweg text{fill:currentColor}
.thalweg .middle{text-anchor:middle}
.thalweg .end{text-anchor:end}
.thalweg .axis,.thalweg .grid,.thalweg .mark,.thalweg .event{stroke:currentColor;fill:none}
.thalweg .axis{stroke-opacity:.6}
.thalweg .grid{stroke-opacity:.12}
.thalweg .event{stroke-opacity:.3}
.thalweg .mark{stroke-opacity:.5;stroke-dasharray:4 3}
.thalweg .range{stroke:#1d6fb8;stroke-width:3;stroke-linecap:round;fill:none}
.thalweg .point{fill:#c2410c}
.thalweg .joined{fill:#1d6fb8}
.thalweg .isolated{fill:#c2410c}
.thalweg .valley{fill:#b91c1c}
.thalweg .clear{fill:#0f766e}
.thalweg .open{fill:none;stroke:currentColor}
.thalweg .optimum,.thalweg .count,.thalweg .path{fill:none;stroke:#1d6fb8;stroke-width:1.8}
.thalweg .bound{fill:none;stroke:#0f766e;stroke-width:1.2;stroke-dasharray:5 3}
.thalweg .network,.thalweg .straight{fill:none;stroke:#b91c1c;stroke-width:1.4}
.thalweg .aligned{fill:none;stroke:#b91c1c;stroke-width:1.4;stroke-dasharray:2 3}
.thalweg .plus{fill:none;stroke:#1d6fb8;stroke-width:1.2}
.thalweg .minus{fill:none;stroke:#c2410c;stroke-width:1.2}
.thalweg .bezier{fill:none;stroke:#7c3aed;stroke-width:1.4}
.thalweg .inside{fill:#111827;text-anchor:middle;font-size:10px}
.thalweg .place{fill:#fff;stroke:#111827;stroke-width:1.5}
.thalweg .name{fill:#111827;stroke:#fff;stroke-width:3;stroke-linejoin:round;paint-order:stroke}
@media (prefers-color-scheme:dark){
.thalweg{color:#e5e7eb}
.thalweg .paper{fill:#111827}
.thalweg .range,.thalweg .optimum,.thalweg .count,.thalweg .path,.thalweg .plus{stroke:#60a5fa}
.thalweg .joined{fill:#60a5fa}
.thalweg .point,.thalweg .isolated{fill:#fdba74}
.thalweg .valley{fill:#fca5a5}
.thalweg .clear{fill:#5eead4}
.thalweg .bound{stroke:#5eead4}
.thalweg .network,.thalweg .straight,.thalweg .aligned{stroke:#fca5a5}
.thalweg .minus{stroke:#fdba74}
.thalweg .bezier{stroke:#c4b5fd}
}
</style>
)";

}  // namespace thalweg::report
