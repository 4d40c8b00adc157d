// SPDX-License-Identifier: Apache-2.0
// Spans of OpenTelemetry under the GenAI semantic conventions: OTLP in JSON (as the collector's file exporter writes
// it) or a span an object. A span is named by its trace and span id. Content of prompts and outputs is never taken
// (AI-1).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/cli/usage_file.hpp"

namespace creditfold::cli {

[[nodiscard]] std::unique_ptr<UsageFile> open_otel_genai(const std::string& file, std::string_view content);

}  // namespace creditfold::cli
