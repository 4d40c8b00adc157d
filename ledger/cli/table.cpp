// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/table.hpp"

#include <algorithm>
#include <cstdio>

namespace creditfold::cli {
namespace {

constexpr std::string_view gap = "  ";

// Code points, which is near enough to cells for the ids and titles that stand in tables.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string spaces(std::size_t count) { return std::string(count, ' '); }

// Fills up figures on the right, so that right alignment brings their points under each other.
void align_points(std::vector<std::vector<std::string>>& rows, std::size_t column) {
  const auto fraction = [&](const std::vector<std::string>& row) {
    const std::size_t point = row[column].find('.');
    return point == std::string::npos ? 0 : row[column].size() - point;
  };
  std::size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, fraction(row));
  for (auto& row : rows) {
    const bool figure = !row[column].empty() && row[column].find_first_of("0123456789") != std::string::npos;
    if (figure) row[column] += spaces(longest - fraction(row));
  }
}

}  // namespace

std::string Table::text(std::string_view indent) const {
  std::vector<std::vector<std::string>> lines;
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  lines.insert(lines.end(), totals_.begin(), totals_.end());
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (columns_[column].align == Align::decimal) align_points(lines, column);
    std::size_t widest = width(columns_[column].title);
    for (const auto& line : lines) widest = std::max(widest, width(line[column]));
    widths.push_back(widest);
  }

  std::string out;
  const auto end_line = [&](std::string line) {
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  const auto put = [&](const auto& cell_of) {
    std::string line(indent);
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      const std::string& cell = cell_of(column);
      const std::string padding = spaces(widths[column] - width(cell));
      line += columns_[column].align == Align::left ? cell + padding : padding + cell;
      line += gap;
    }
    end_line(std::move(line));
  };
  const auto rule = [&] {
    std::string line(indent);
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      for (std::size_t cell = 0; cell < widths[column]; ++cell) line += "─";
      line += gap;
    }
    end_line(std::move(line));
  };
  put([&](std::size_t column) -> const std::string& { return columns_[column].title; });
  rule();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == rows_.size()) rule();
    put([&](std::size_t column) -> const std::string& { return lines[i][column]; });
  }
  return out;
}

std::string short_time(std::string_view rfc3339) {
  constexpr std::size_t date = 10, minutes = 16;  // of YYYY-MM-DDTHH:MM:SSZ
  if (rfc3339.size() < minutes || !rfc3339.ends_with('Z')) return std::string(rfc3339);
  const std::string_view time = rfc3339.substr(date + 1);
  if (time == "00:00:00Z") return std::string(rfc3339.substr(0, date));
  const bool even = rfc3339.substr(minutes) == ":00Z";
  return std::string(rfc3339.substr(0, date)) + ' ' +
         std::string(even ? time.substr(0, 5) : time.substr(0, time.size() - 1));
}

std::string duration_text(std::int64_t microseconds) {
  char text[64];
  const auto seconds = static_cast<double>(microseconds) / 1e6;
  if (seconds < 1) {
    std::snprintf(text, sizeof text, "%.1f ms", seconds * 1e3);
  } else if (seconds < 120) {
    std::snprintf(text, sizeof text, "%.2f s", seconds);
  } else {
    const auto whole = static_cast<long long>(seconds);
    std::snprintf(text, sizeof text, "%lld min %lld s", whole / 60, whole % 60);
  }
  return text;
}

}  // namespace creditfold::cli
