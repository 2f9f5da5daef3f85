#include "crawl/language/language_codes.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "crawl/fasttext/fasttext_dictionary.h"

namespace smelt {
namespace {

// Pairs: ISO 639-3, ISO 639-1 (the registration authority's code set).
constexpr std::string_view kAlpha2 =
    "aar aa abk ab afr af aka ak amh am ara ar arg an asm as ava av ave ae aym ay aze az bak ba bam bm bel be "
    "ben bn bis bi bod bo bos bs bre br bul bg cat ca ces cs cha ch che ce chu cu chv cv cor kw cos co cre cr "
    "cym cy dan da deu de div dv dzo dz ell el eng en epo eo est et eus eu ewe ee fao fo fas fa fij fj fin fi "
    "fra fr fry fy ful ff gla gd gle ga glg gl glv gv grn gn guj gu hat ht hau ha heb he her hz hin hi hmo ho "
    "hrv hr hun hu hye hy ibo ig ido io iii ii iku iu ile ie ina ia ind id ipk ik isl is ita it jav jv jpn ja "
    "kal kl kan kn kas ks kat ka kau kr kaz kk khm km kik ki kin rw kir ky kom kv kon kg kor ko kua kj kur ku "
    "lao lo lat la lav lv lim li lin ln lit lt ltz lb lub lu lug lg mah mh mal ml mar mr mkd mk mlg mg mlt mt "
    "mon mn mri mi msa ms mya my nau na nav nv nbl nr nde nd ndo ng nep ne nld nl nno nn nob nb nor no nya ny "
    "oci oc oji oj ori or orm om oss os pan pa pli pi pol pl por pt pus ps que qu roh rm ron ro run rn rus ru "
    "sag sg san sa sin si slk sk slv sl sme se smo sm sna sn snd sd som so sot st spa es sqi sq srd sc srp sr "
    "ssw ss sun su swa sw swe sv tah ty tam ta tat tt tel te tgk tg tgl tl tha th tir ti ton to tsn tn tso ts "
    "tuk tk tur tr twi tw uig ug ukr uk urd ur uzb uz ven ve vie vi vol vo wln wa wol wo xho xh yid yi yor yo "
    "zha za zho zh zul zu";

// Individual languages that are the written standard of a macrolanguage: those of the same table's macrolanguages.
constexpr std::string_view kStandards =
    "als sq arb ar ayr ay azj az cmn zh ekk et gaz om khk mn kmr ku lvs lv npi ne ory or pbt ps pes fa plt mg quy qu "
    "swh sw uzn uz ydd yi zsm ms";

// What ISO 639 has withdrawn, and what says that there is no language.
constexpr std::string_view kOld = "in id iw he ji yi jw jv mo ro zxx und un und";

using Codes = std::unordered_map<std::string_view, std::string_view>;

Codes read_pairs(std::initializer_list<std::string_view> lists) {
  Codes codes;
  for (const std::string_view list : lists) {
    const std::vector<std::string_view> words = split(list, ' ');
    for (size_t i = 0; i + 1 < words.size(); i += 2) {
      codes[words[i]] = words[i + 1];
    }
  }
  return codes;
}

bool is_lower_case(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_tag(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

std::string modern_language_code(std::string_view code) {
  static const Codes kCodes = read_pairs({kAlpha2, kStandards, kOld});
  code = code.substr(0, code.find_first_of("-_"));
  const auto found = kCodes.find(code);
  return std::string(found == kCodes.end() ? code : found->second);
}

std::optional<std::string> language_of_label(std::string_view label) {
  if (!label.starts_with(kFasttextLabelPrefix)) {
    return std::nullopt;
  }
  const std::string_view name = label.substr(kFasttextLabelPrefix.size());
  const size_t length = std::min(name.find_first_of("-_"), name.size());
  if (length < 2 || length > 3 || !is_lower_case(name.substr(0, length)) || !is_tag(name.substr(length))) {
    return std::nullopt;
  }
  // Where Wikipedias have a code that ISO 639 gives to another language, or has withdrawn.
  if (name == "als") {
    return "gsw";
  }
  if (name == "bh") {
    return "bho";
  }
  return modern_language_code(name);
}

}  // namespace smelt
