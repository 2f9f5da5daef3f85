#include "eval/report/style.h"

namespace smelt {

const std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--bg:#faf8f5;--card:#fff;--ink:#1c1e22;--soft:#595f69;--line:#e4dfd7;--track:#eeeae3;--accent:#b8460b;
--c1:#b8460b;--c2:#1f66c9;--c3:#0a7566;--c4:#8d3a86;--warm:#fff3ea}
@media (prefers-color-scheme:dark){:root{--bg:#141517;--card:#1c1e21;--ink:#eceae6;--soft:#a9adb5;--line:#33363b;--track:#2a2d31;
--accent:#ff9a57;--c1:#ff9a57;--c2:#7db2ff;--c3:#4fd1bb;--c4:#e09ad9;--warm:#2b211a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
font-variant-numeric:tabular-nums}
main,.top>div,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
.top{border-top:6px solid var(--accent);background:var(--card);border-bottom:1px solid var(--line);padding:1.75rem 0 1.25rem}
h1{font-size:1.9rem;line-height:1.2;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 .35rem;letter-spacing:-.005em}
h3{font-size:1rem;margin:1.5rem 0 .4rem}
p{margin:.4rem 0 .8rem;max-width:46rem}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible{outline:3px solid var(--c2);outline-offset:2px;border-radius:3px}
.brand{color:var(--accent);font-weight:650;letter-spacing:.08em;text-transform:uppercase;font-size:.78rem;margin:0 0 .3rem}
.sub{color:var(--soft);margin:.35rem 0 0}
nav{margin-top:1rem;display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.92rem}
nav a{text-decoration:none;padding:.15rem 0}
nav a:hover{text-decoration:underline}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.35rem 1.4rem;margin:1.25rem 0}
section.plain{background:none;border:0;padding:0;margin-top:1.5rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr));gap:.75rem;margin:0;padding:0}
.cards>div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.85rem 1rem}
.cards .first{background:var(--warm);border-color:var(--accent)}
.cards dt{color:var(--soft);font-size:.82rem;line-height:1.3}
.cards dd{margin:.15rem 0 0;font-size:1.5rem;font-weight:650;line-height:1.2;letter-spacing:-.01em}
.cards small{display:block;color:var(--soft);font-size:.8rem;font-weight:400;letter-spacing:0;margin-top:.15rem;line-height:1.35}
.note{color:var(--soft);font-size:.9rem}
.missing{color:var(--soft);border-left:3px solid var(--line);padding:.1rem 0 .1rem .8rem;margin:.5rem 0}
figure{margin:1.1rem 0 0}
figcaption{font-weight:620;margin-bottom:.3rem}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;font-size:.85rem;color:var(--soft)}
.key{display:inline-block;width:1.1rem;height:.28rem;border-radius:2px;margin-right:.4rem;vertical-align:middle}
.key.s1{background:var(--c1)}.key.s2{background:var(--c2)}.key.s3{background:var(--c3)}.key.s4{background:var(--c4)}
.axis-name{color:var(--soft);font-size:.8rem;margin-top:.35rem}
.axis-name.end{text-align:right;margin-top:0}
.plot{position:relative;height:15rem;margin:.55rem .9rem 1.6rem 3.4rem}
.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.y-axis span,.x-axis span{position:absolute;font-size:.78rem;color:var(--soft);white-space:nowrap}
.y-axis span{right:100%;transform:translateY(-50%);margin-right:.5rem}
.x-axis{position:absolute;inset:100% 0 auto 0}
.x-axis span{transform:translateX(-50%);margin-top:.3rem}
.grid{stroke:var(--line);fill:none;stroke-width:1;vector-effect:non-scaling-stroke}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.dots{fill:none;stroke-width:7;stroke-linecap:round;vector-effect:non-scaling-stroke}
path.s1{stroke:var(--c1)}path.s2{stroke:var(--c2)}path.s3{stroke:var(--c3)}path.s4{stroke:var(--c4)}
.hover{fill:transparent}.hover:hover{fill:var(--c1);fill-opacity:.1}
.track{fill:var(--track)}.fill{fill:var(--c2)}.fill.high{fill:var(--c1)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.34rem .6rem .34rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
thead th{color:var(--soft);font-weight:500;font-size:.82rem}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
td.num,th.num{text-align:right;padding-right:0;white-space:nowrap}
caption{text-align:left;font-weight:620;padding:.9rem 0 .2rem;caption-side:top}
.bars th[scope=row]{width:32%}.bars td.bar{width:46%;vertical-align:middle}.bars td.bar svg{display:block}
.bars small,.step small{display:block;color:var(--soft);font-weight:400;font-size:.8rem;line-height:1.35}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:0 2.2rem;align-items:start}
.scroll{overflow-x:auto}.scroll th{white-space:nowrap;padding-right:1rem}.scroll td.num,.scroll th.num{padding-left:1rem}
.funnel ol{list-style:none;margin:0;padding:0}
.funnel>ol>li{margin:0}
.funnel svg{display:block;width:100%;height:3.4rem}
.band{fill:var(--c1);fill-opacity:.82}
.funnel li:nth-child(even)>svg .band{fill-opacity:.66}
.step{display:flex;flex-wrap:wrap;gap:0 .6rem;align-items:baseline;justify-content:space-between;padding:.55rem 0 .25rem}
.step b{font-size:1.08rem}.step small{flex-basis:100%}
.losses{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem;margin:.4rem 0 .3rem;padding:0}
.losses li{border:1px solid var(--line);border-radius:999px;padding:.06rem .65rem;font-size:.82rem;background:var(--bg)}
.losses b{font-weight:600}
pre{margin:.35rem 0;padding:.75rem .9rem;background:var(--bg);border:1px solid var(--line);border-radius:8px;white-space:pre-wrap;
overflow-wrap:anywhere;font:.84rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;unicode-bidi:isolate}
pre.prose{font-family:inherit;font-size:.92rem}
pre mark{background:none;color:var(--soft)}
details{margin:.6rem 0}
summary{cursor:pointer;color:var(--accent);padding:.2rem 0}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.tag{display:inline-block;border:1px solid var(--line);border-radius:999px;padding:0 .6rem;font-size:.8rem;color:var(--soft);margin-right:.35rem}
.tokens{display:flex;flex-wrap:wrap;gap:.3rem;margin:.3rem 0 .8rem;padding:0;list-style:none}
.tokens li{background:var(--track);border-radius:6px;padding:.08rem .5rem;font:.84rem ui-monospace,Menlo,Consolas,monospace;
overflow-wrap:anywhere;white-space:pre-wrap}
.tokens small{color:var(--soft)}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2.5rem}
@media (max-width:34rem){body{font-size:15px}main,.top>div,footer{padding:0 .85rem}section{padding:1.05rem .95rem;border-radius:10px}
h1{font-size:1.5rem}.plot{height:12.5rem;margin-left:2.7rem}.cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:.55rem}
.cards>div{padding:.7rem .75rem}.cards dd{font-size:1.22rem}
.bars thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.bars tr{display:grid;grid-template-columns:1fr auto;padding:.4rem 0;border-bottom:1px solid var(--line)}.bars tr:last-child{border:0}
.bars th[scope=row],.bars td.bar,.bars td{border:0;width:auto;padding:.1rem 0}.bars td.bar{grid-row:2;grid-column:1/3}
.x-axis span:nth-child(even){display:none}}
@media print{body{background:#fff;font-size:11pt}nav{display:none}section,.cards>div{break-inside:avoid;border-color:#bbb}
section.long{break-inside:auto}.top{padding-top:.5rem}.track,.fill,.band,.key,.dots{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace smelt
