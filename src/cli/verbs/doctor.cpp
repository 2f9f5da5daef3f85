// `smelt doctor`: what this machine is and what it can do at most.
#include <filesystem>

#include <fmt/format.h>

#include "base/cpu.h"
#include "base/text.h"
#include "cli/about.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "kernels/probe.h"

namespace smelt::cli {
namespace {

std::string row(const std::string& name, const kernels::MeasuredRate& rate, const char* unit) {
  return fmt::format("  {:<26} {:>9.1f} {:>9.1f} {}{}\n", name + " " + rate.instructions, rate.one_thread,
                     rate.all_threads, unit, rate.emulated ? "  (emulated: widened to fp32)" : "");
}

std::string limits_text(const kernels::MachineLimits& limits) {
  std::string text = fmt::format("measured limits              1 thread {:>2} threads\n", limits.threads);
  text += row("read memory", limits.read, "GB/s");
  text += row("fp32 peak", limits.fp32_peak, "GFLOP/s");
  text += row("fp32 product", limits.fp32_gemm, "GFLOP/s");
  for (const auto& rate : limits.bf16) {
    text += row("bf16 product", rate, "GFLOP/s");
  }
  for (const auto& rate : limits.int8) {
    text += row("int8 product", rate, "GOP/s");
  }
  return text;
}

int doctor(Session& session, const Arguments& arguments) {
  const CpuInfo& cpu = cpu_info();
  const kernels::MachineLimits limits =
      kernels::measure_limits(session.context().threads, arguments.number("--seconds", 6));
  std::error_code error;
  const auto disk = std::filesystem::space(".", error);
  std::string isas;
  for (const Isa isa : available_isas()) {
    isas += (isas.empty() ? "" : ", ") + std::string(isa_name(isa));
  }
  std::string text = version_text();
  text += fmt::format(
      "processor     {}, {} threads for this process\ninstructions  {} (using {}; SMELT_ISA forces another)\n",
      cpu.model, cpu.threads, isas, isa_name(active_isa()));
  if (cpu.amx_leaf_hidden) {
    text += "              AMX is granted but CPUID hides its tile sizes; libraries are told to leave it alone\n";
  }
  text += fmt::format("disk here     {} free\n", human_bytes(static_cast<double>(error ? 0 : disk.available)));
  text += limits_text(limits);
  Json json = about();
  json["cpu"] = cpu.model;
  json["threads"] = cpu.threads;
  json["amx_leaf_hidden"] = cpu.amx_leaf_hidden;
  json["disk_free"] = error ? Json() : Json(static_cast<uint64_t>(disk.available));
  json["limits"] = limits.to_json();
  session.print(text, json);
  return 0;
}

}  // namespace

Verb doctor_verb() {
  return {"doctor",
          kToolGroup,
          "this machine: instruction sets, libraries, measured limits",
          "Read bandwidth and the rates of matrix products per instruction set are what every throughput of reports "
          "and benchmarks is a share of.\n"
          "Close other programs first: they share the machine.",
          {},
          {{"--seconds", FlagKind::kNumber, "S", "time to measure for (default: 6)"}},
          {{"smelt doctor", "everything"},
           {"smelt doctor --threads 1", "the limits of one thread"},
           {"smelt doctor --json", "for a script"}},
          doctor};
}

}  // namespace smelt::cli
