"""The report of scripts/peers/compare: measurements to Markdown, and the comparison of two reports."""
from statistics import median

# Two reports agree when every ratio is within this.
AGREEMENT = 1.10
# Share of the machine that others may use.
QUIET = 0.03
DEV_GOAL, SCALING_GOAL = 1.10, 1.85
COLD_GOAL, COLD_AIM = 20, 50
COMPARISON = "workload", "peer", "ours", "peer's", "ratio", "least .. greatest", "goal", "verdict"
DETAILS = "workload", "peer", "our CPU time", "peer's CPU time", "compilation", "difference"

METHOD = """
- Both sides do the same arithmetic from the same start points: inputs are computed on each side from one
  counter-based generator, the digits are read from `data/`, the couplings of the spin are exported by our worker.
- Before anything is timed, results are compared: the norm and four inner products with random vectors must agree to
  the tolerance in the table of workloads ({rtol_f32:g} where one side is in single precision). For W3 this is done
  with one given order of the rows; when timed, each side shuffles for itself, shuffle and gather included.
- Each side is one process, kept alive, prepared and warm: JAX's compilation is not in the times (it is listed
  below), nor is our recording. A round goes through all workloads; against each peer, both sides take turns, the order
  reversed every other round, with a short pause between. In its turn a side does the job once uncounted, then repeats it
  for a quarter of a second (at most 30 times, at least once); the mean counts. A ratio is that of the two turns of one
  round; the table has its median, least and greatest.
- Both sides have the same {cores} cores and as many threads as those; W7 has one thread on each side.
- Our side is built as `cargo run` builds it, without flags for this processor.
- Times of the fastest form we found for each peer. In JAX: seeds, directions or rows shared out over two CPU devices
  (faster than one wherever it works; W6-Newton is on one, its solver stops for ever on two), `lax.scan` over steps
  (unrolled by 8 for W1), `jax.hessian`, Hessian-vector products forward over reverse in batches of 4 by `lax.map`,
  `jax.linearize` for many directions at once. Forms "by hand" have derivatives that somebody wrote out. In torch:
  `torch.func`, eager, not `torch.compile`.
- The peak is measured in the same run by a loop of fused multiply-adds on registers; a share of it counts useful
  operations by the formula given, not those executed.
""".strip()


def times(answers, key="seconds"):
    return [answer[key] for answer in answers]


def seconds(answers):
    """Median, and least in brackets, with three digits."""
    return f"{scaled(median(times(answers)))} ({scaled(min(times(answers)))})"


def scaled(time):
    return f"{time:.3g} s" if time >= 0.1 else f"{1e3 * time:.3g} ms"


def ratios(theirs, ours):
    """Of the times of each round, ascending."""
    return sorted(a / b for a, b in zip(times(theirs), times(ours)))


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(columns, rows):
    words = ("workload", "peer", "useful operations", "goal", "verdict")
    return [row(*columns), "|" + "|".join(" :-- " if column in words else " --: " for column in columns) + "|", *rows]


def verdict(value, goal, aim):
    if goal is None:
        return "-", "-"
    wanted = f"{goal:g}x" + (f", aim {aim:g}x" if aim else "")
    return wanted, "not met" if value < goal else "aim met" if aim and value >= aim else "met"


def comparisons(workloads, results):
    """Rows of the main table, and what is behind the peer in words."""
    rows, behind, unmet = [], [], []
    for result in results:
        entry = workloads[result["name"]]
        if result["ours"] is None:
            rows.append(row(result["name"], "all", "cannot do it yet", "-", "-", "-", "-", "not met"))
            unmet.append(f"{result['name']}: we cannot do it yet")
            continue
        for rival in result["rivals"]:
            label = rival["peer"] + (f" `{rival['form']}`" if rival["form"] != entry["job"] else "")
            if not rival["agrees"]:
                rows.append(row(result["name"], label, f"results differ by {rival['difference']:.1e}", *"-----"))
                unmet.append(f"{result['name']} against {label}: results differ by {rival['difference']:.1e}")
                continue
            paired = ratios(rival["theirs"], rival["ours"])
            ratio = median(paired)
            wanted, met = verdict(ratio, rival["goal"], rival["aim"])
            spread = f"{paired[0]:.2f} .. {paired[-1]:.2f}"
            ours, theirs = seconds(rival["ours"]), seconds(rival["theirs"])
            rows.append(row(result["name"], label, ours, theirs, f"{ratio:.2f}", spread, wanted, met))
            if ratio < 1:
                behind.append(f"{result['name']} against {label}: {ratio:.2f}x its speed")
            if met == "not met":
                unmet.append(f"{result['name']} against {label}: {ratio:.2f}x, wanted {wanted}")
    return rows, behind, unmet


def peak_rows(workloads, results):
    """Share of the measured peak, where operations can be counted; and goals missed."""
    peak = lambda threads, precision: max(result["peaks"][threads][precision] for result in results)
    rows, unmet = [], []
    for result in results:
        entry = workloads[result["name"]]
        if "flops" not in entry or result["ours"] is None:
            continue
        # The formula of the table, over the sizes of the same table.
        flops = eval(entry["flops"], {"__builtins__": {}}, entry["params"])
        speed = flops / median(times(result["ours"]))
        share = speed / peak(result["threads"], entry.get("precision", "f64"))
        wanted, met = "-", "-"
        if "peak_goal" in entry:
            wanted, met = f"{entry['peak_goal']:.0%}, aim {entry['peak_aim']:.0%}", "met"
            if share < entry["peak_goal"]:
                met = "not met"
                unmet.append(f"{result['name']}: {share:.0%} of the peak, wanted {wanted}")
        numbers = f"{flops / 1e9:.3g}", f"{speed / 1e9:.3g}", f"{share:.0%}"
        rows.append(row(result["name"], f"`{entry['flops']}`", *numbers, wanted, met))
    return rows, unmet


def own_rows(results):
    """Two threads against one, and the profile of `cargo run` against release; and goals missed."""
    rows, unmet = [], []
    for result in results:
        if result["ours"] is None:
            continue
        scaling, scaling_met = "-", "-"
        if result["threads"] > 1:
            factor = median(ratios(result["one_thread"], result["ours"]))
            scaling, scaling_met = f"{factor:.2f}", "met" if factor >= SCALING_GOAL else "not met"
        profile = median(ratios(result["ours"], result["release"]))
        dev_met = "met" if profile <= DEV_GOAL else "not met"
        if scaling_met == "not met":
            unmet.append(f"{result['name']}: {scaling}x on two threads, wanted {SCALING_GOAL}x")
        if dev_met == "not met":
            unmet.append(f"{result['name']}: {profile:.2f} times release, wanted at most {DEV_GOAL}")
        each = seconds(result["one_thread"]), seconds(result["ours"])
        rows.append(row(result["name"], *each, scaling, scaling_met, f"{profile:.2f}", dev_met))
    return rows, unmet


def cold_rows(cold):
    rows, unmet = [], []
    for name, answers in cold.items():
        paired = ratios(answers["jax"], answers["ours"])
        ratio = median(paired)
        wanted, met = verdict(ratio, COLD_GOAL, COLD_AIM)
        spread = f"{paired[0]:.1f} .. {paired[-1]:.1f}"
        each = seconds(answers["ours"]), seconds(answers["jax"])
        rows.append(row(name, "jax", *each, f"{ratio:.1f}", spread, wanted, met))
        if met == "not met":
            unmet.append(f"{name}, whole command: {ratio:.1f}x, wanted {wanted}")
    return rows, unmet


def detail_rows(results):
    rows = []
    for result in results:
        for rival in result["rivals"] if result["ours"] else []:
            # The first repetition less the second; torch and numpy compile nothing.
            first = rival["theirs"][0].get("compile_seconds")
            compiling = scaled(max(first, 0)) if rival["peer"].startswith("jax") else "-"
            cpu = [scaled(median(times(rival[side], "cpu_seconds"))) for side in ("ours", "theirs")]
            label, apart = f"{rival['peer']} `{rival['form']}`", f"{rival['difference']:.1e}"
            rows.append(row(result["name"], label, *cpu, compiling, apart))
    return rows


def bullets(items, otherwise):
    return [f"- {item}" for item in items] or [otherwise]


def write(workloads, results, cold, about):
    """The whole report."""
    main, behind, unmet = comparisons(workloads, results)
    peaks, unmet_peaks = peak_rows(workloads, results)
    own, unmet_own = own_rows(results)
    whole, unmet_cold = cold_rows(cold)
    unmet += unmet_peaks + unmet_own + unmet_cold
    peak = lambda threads, precision: max(result["peaks"][threads][precision] for result in results) / 1e9
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    loaded = "" if about["busy"] <= QUIET else " **The machine was not quiet: not to be quoted.**"
    lines = [
        "# Performance against JAX, torch and numpy",
        "",
        f"Written by `{about['command']}`; do not edit. {about['rounds']} rounds, "
        f"median (least) of each.{loaded}",
        "",
        f"- Machine: {about['machine']}, {about['cores']} cores used; others used {about['busy']:.0%} of it before.",
        f"- Versions: {versions}; commit {about['commit']}.",
        f"- Peak, fused multiply-adds, one core / {about['cores']} cores: "
        f"f64 {peak(1, 'f64'):.1f} / {peak(about['cores'], 'f64'):.1f} GF/s, "
        f"f32 {peak(1, 'f32'):.1f} / {peak(about['cores'], 'f32'):.1f} GF/s.",
        "",
        "## Warm",
        "",
        "Ratio: the peer's time divided by ours, above 1 we are faster. Rows without a goal are for information.",
        "",
        *table(COMPARISON, main),
        "",
        *(f"- **{result['name']}**: {workloads[result['name']]['about']}." for result in results),
        "",
        "## Where we lose",
        "",
        *bullets(behind, "Nowhere in this run."),
        "",
        "Goals not met:",
        "",
        *bullets(unmet, "none."),
        "",
        "## Whole command, cold",
        "",
        "From the start of a process to its end, one run of the job. JAX: Python, import, compilation, run. Ours: the",
        "built program.",
        "",
        *table(COMPARISON, whole),
        "",
        "## Share of the peak",
        "",
        *table(("workload", "useful operations", "Gflop", "GF/s", "of the peak", "goal", "verdict"), peaks),
        "",
        "## Threads and profile",
        "",
        f"Goals: {SCALING_GOAL}x on two threads; the profile of `cargo run` at most {DEV_GOAL:g} times release. Each",
        "measurement repeats the job until it takes a second on one thread; times are of one job.",
        "",
        *table(("workload", "one thread", "all threads", "scaling", "verdict", "dev / release", "verdict"), own),
        "",
        "## Processor time, compilation, agreement",
        "",
        *table(DETAILS, detail_rows(results)),
        "",
        "## Method",
        "",
        METHOD.format(cores=about["cores"], rtol_f32=about["rtol_f32"]),
        "",
        "Two runs are compared by `scripts/peers/compare --check A.md B.md`: all ratios within 10 %.",
    ]
    return "\n".join(lines) + "\n"


def ratios_of(text):
    """Median ratios by section, workload and peer."""
    found, section, columns = {}, "", []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("| workload"):
            columns = cells
        elif line.startswith("| ") and ":--" not in line and "ratio" in columns:
            if (ratio := cells[columns.index("ratio")]) != "-":
                found[section, cells[0], cells[1]] = float(ratio)
    return found


def check(first, second):
    """Prints every ratio of two reports that differs; exit code."""
    a, b = ratios_of(first), ratios_of(second)
    problems = [f"{' / '.join(key)}: in one report only" for key in sorted(a.keys() ^ b.keys())]
    for key in sorted(a.keys() & b.keys()):
        apart = max(a[key], b[key]) / min(a[key], b[key])
        if apart > AGREEMENT:
            problems.append(f"{' / '.join(key)}: {a[key]:.2f} and {b[key]:.2f}, {apart - 1:.0%} apart")
    print("\n".join(problems) or f"all {len(a)} ratios agree within {AGREEMENT - 1:.0%}")
    return 1 if problems else 0
