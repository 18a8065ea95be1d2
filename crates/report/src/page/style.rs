//! How the page looks: on wide screens, on phones, on paper, in the dark.

pub(super) const SHEET: &str = "\
:root{--ink:#1c1c1c;--soft:#555;--ground:#fff;--card:#f6f6f4;--line:#d8d8d4;--link:#0060a0;--good:#00684a;--bad:#a63c00}
@media (prefers-color-scheme:dark){:root{--ink:#e8e8e6;--soft:#b0b0ac;--ground:#191a1c;--card:#242528;--line:#3c3d42;
--link:#7ec0f0;--good:#63d0a8;--bad:#ff9d5c}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif}
main{max-width:1200px;margin:0 auto;padding:1.2rem}
h1{font-size:1.7rem;line-height:1.25;margin:.2rem 0 .6rem}
h2{font-size:1.3rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:2px solid var(--line)}
h3{font-size:1.08rem;margin:1.6rem 0 .3rem}
h4{font-size:.95rem;margin:1rem 0 .3rem;font-weight:600;overflow-wrap:anywhere}
p{margin:.4rem 0;max-width:46rem}
a{color:var(--link)}
nav a{margin-right:1rem}
.kind,.files,.sum{color:var(--soft);font-size:.88rem}
code,pre{font:.88em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.7rem;overflow-x:auto}
.panels{display:flex;flex-wrap:wrap;gap:.8rem;align-items:flex-start}
figure{margin:0;flex:0 1 376px;min-width:0;background:#fff;border:1px solid var(--line);border-radius:6px}
figure svg{display:block;width:100%;height:auto;border-radius:6px}
details{border:1px solid var(--line);border-radius:6px;padding:.2rem .8rem;margin:.6rem 0}
summary{cursor:pointer;font-weight:600;padding:.4rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
th{border-bottom:2px solid var(--line);vertical-align:bottom}
.number{text-align:right}
.claim{background:var(--card);border-left:6px solid var(--soft);border-radius:6px;padding:.5rem .9rem;margin:.7rem 0}
.claim p{max-width:none}
.claim.holds{border-color:var(--good)}
.claim.fails{border-color:var(--bad)}
.verdict{text-transform:uppercase;letter-spacing:.04em;margin-right:.4rem}
.holds .verdict{color:var(--good)}
.fails .verdict{color:var(--bad)}
.claim dl{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;margin:.3rem 0;font-size:.88rem}
dt{color:var(--soft)}
.claim div{display:flex;gap:.4rem}
dd{margin:0;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;font-size:.88rem}
@media (max-width:600px){main{padding:.7rem}h1{font-size:1.35rem}.facts{grid-template-columns:1fr}.facts dd{margin-bottom:.4rem}
figure{flex-basis:100%}nav a{display:inline-block}
pre{white-space:pre-wrap;overflow-wrap:anywhere}}
@media print{:root{--ink:#000;--soft:#444;--ground:#fff;--card:#fff;--line:#bbb;--link:#000}
main{max-width:none;padding:0}body{font-size:10pt}nav{display:none}
details::details-content{content-visibility:visible;block-size:auto}
.scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:.1rem .25rem;white-space:normal}.number{white-space:nowrap}
figure,.claim,tr,p{break-inside:avoid}h2,h3,h4,h3+p{break-after:avoid}figure{flex-basis:31%}pre{white-space:pre-wrap}}
";
