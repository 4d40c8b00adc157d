// SPDX-License-Identifier: Apache-2.0
// The words of classification markings, as the guidance writes them: 32 CFR 2001 (levels, authority block, portions),
// the CAPCO register (controls), NATO and Department of Energy practice. Capitals, abbreviations beside the long forms.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace creditfold::marking_words {

// What may follow a level: SCI systems, special access, dissemination, foreign and atomic controls.
inline constexpr std::array controls{
    std::string_view("NOFORN"), std::string_view("NF"),      std::string_view("ORCON"),   std::string_view("OC"),
    std::string_view("IMCON"),  std::string_view("IMC"),     std::string_view("PROPIN"),  std::string_view("PR"),
    std::string_view("RELIDO"), std::string_view("REL"),     std::string_view("RSEN"),    std::string_view("FISA"),
    std::string_view("DSEN"),   std::string_view("EYES"),    std::string_view("DISPLAY"), std::string_view("LIMDIS"),
    std::string_view("EXDIS"),  std::string_view("NODIS"),   std::string_view("SCI"),     std::string_view("SI"),
    std::string_view("COMINT"), std::string_view("GAMMA"),   std::string_view("TK"),      std::string_view("TALENT"),
    std::string_view("HCS"),    std::string_view("HUMINT"),  std::string_view("KDK"),     std::string_view("RSV"),
    std::string_view("BUR"),    std::string_view("SAR"),     std::string_view("SAP"),     std::string_view("SPECIAL"),
    std::string_view("FGI"),    std::string_view("NATO"),    std::string_view("ATOMAL"),  std::string_view("BOHEMIA"),
    std::string_view("BALK"),   std::string_view("RD"),      std::string_view("FRD"),     std::string_view("TFNI"),
    std::string_view("CNWDI"),  std::string_view("NNPI"),    std::string_view("RESTRICTED"),
    std::string_view("FORMERLY"), std::string_view("WAIVED"), std::string_view("CUI"),    std::string_view("FOUO")};

// Those that say nothing but a marking, so that a level and one of them need no slashes between.
inline constexpr std::array plain_controls{
    std::string_view("NOFORN"), std::string_view("ORCON"),  std::string_view("PROPIN"), std::string_view("RELIDO"),
    std::string_view("ATOMAL"), std::string_view("COMINT"), std::string_view("CNWDI"),  std::string_view("RD"),
    std::string_view("FRD"),    std::string_view("RESTRICTED"), std::string_view("FORMERLY")};

// Whose classification it is, before the level.
inline constexpr std::array owners{std::string_view("NATO"), std::string_view("COSMIC"), std::string_view("EU"),
                                   std::string_view("UE"),   std::string_view("UK"),     std::string_view("JOINT"),
                                   std::string_view("FGI")};

// Portions in one word. The first are said of nothing else where a portion begins; the others also name ordinary
// things, and count in a text that has portions of other kinds.
inline constexpr std::array portions{std::string_view("TS"),   std::string_view("S"),    std::string_view("C"),
                                     std::string_view("SRD"),  std::string_view("TSRD"), std::string_view("SFRD"),
                                     std::string_view("CTS"),  std::string_view("CTSA"), std::string_view("NSAT"),
                                     std::string_view("SNSI"), std::string_view("CNSI"), std::string_view("TSNSI")};
inline constexpr std::array portions_among_others{std::string_view("NS"),   std::string_view("NC"),
                                                  std::string_view("NCA"),  std::string_view("CRD"),
                                                  std::string_view("CFRD"), std::string_view("NR")};

template <class List>
[[nodiscard]] bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace creditfold::marking_words
