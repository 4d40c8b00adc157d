// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/usage_file.hpp"

#include <algorithm>

#include "ledger/cli/azure_llm.hpp"
#include "ledger/cli/cloud_events.hpp"
#include "ledger/cli/otel_genai.hpp"
#include "ledger/markings.hpp"

namespace creditfold::cli {
namespace {

// Enough of a digest to tell files apart, short enough to read aloud.
constexpr std::size_t digest_digits = 16;

// Rows of the public traces have no names of their own: they are told apart by the file's content and their line.
class AzureUsage final : public UsageFile {
 public:
  AzureUsage(const std::string& file, std::string_view content)
      : trace_(open(file, content)),
        prefix_("azure-llm:" + to_hex(digest_of(content)).substr(0, digest_digits) + ":"),
        remark_(content.find_first_not_of(" \t\r\n") != std::string_view::npos && !trace_.has_header()
                    ? file + " has no header; its columns are taken in the usual order"
                    : "") {}

  [[nodiscard]] std::optional<UsageItem> next() override {
    auto row = trace_.next();
    if (!row) return std::nullopt;
    if (const auto* bad = std::get_if<BadLine>(&*row)) {
      const std::string place = "line " + std::to_string(bad->line);
      if (bad->marked) return UsageItem(MarkedRow{place});
      return UsageItem(BadRow{place, bad->why});
    }
    const auto& call = std::get<TraceCall>(*row);
    UsageRow usage;
    usage.place = "line " + std::to_string(call.line);
    usage.number = call.line;
    usage.key = prefix_ + std::to_string(call.line);
    usage.at = call.at;
    usage.input = call.context;
    usage.output = call.generated;
    usage.ai_generated = call.ai_generated;
    return UsageItem(std::move(usage));
  }
  [[nodiscard]] std::size_t offset() const override { return trace_.offset(); }
  [[nodiscard]] std::string key_prefix() const override { return prefix_; }
  [[nodiscard]] std::string remark() const override { return remark_; }

 private:
  static AzureTrace open(const std::string& file, std::string_view content) {
    auto trace = AzureTrace::open(content);
    if (!trace) throw UsageError(file + " is no azure-llm trace: " + trace.error());
    return std::move(trace).value();
  }
  AzureTrace trace_;
  std::string prefix_;
  std::string remark_;
};

}  // namespace

std::unique_ptr<UsageFile> open_usage_file(const ImportOptions& options, std::string_view content) {
  if (options.format == "azure-llm") return std::make_unique<AzureUsage>(options.file, content);
  if (options.format == "cloudevents") return open_cloud_events(options.file, options.account, content);
  if (options.format == "otel-genai") return open_otel_genai(options.file, content);
  throw UsageError("--format " + options.format +
                   " is not known; the formats supported are azure-llm, cloudevents and otel-genai");
}

}  // namespace creditfold::cli
