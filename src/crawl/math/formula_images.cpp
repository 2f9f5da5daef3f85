#include "crawl/math/formula_images.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace smelt {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return replace_invalid_utf8(out);
}

// Renderers' addresses; the formula is the parameter named, or all behind the mark.
struct Renderer {
  std::string_view mark;
  bool to_the_end;
};
constexpr std::array<Renderer, 12> kRenderers = {{{"latex.php?latex=", false},
                                                  {"latex.php?", false},
                                                  {"codecogs.com/gif.latex?", true},
                                                  {"codecogs.com/png.latex?", true},
                                                  {"codecogs.com/svg.latex?", true},
                                                  {".image?", true},
                                                  {"mimetex.cgi?", true},
                                                  {"mathtex.cgi?", true},
                                                  {"/render/math?math=", false},
                                                  {"cht=tx&chl=", false},
                                                  {"/equation?tex=", false},
                                                  {"/latex?tex=", false}}};

// What renderers take beside the formula: resolution, fonts, colours.
std::string_view without_settings(std::string_view tex) {
  constexpr std::array<std::string_view, 11> kSettings = {"\\dpi{",  "\\bg_",   "\\fn_",       "\\inline",
                                                          "\\large", "\\Large", "\\LARGE",     "\\small",
                                                          "\\huge",  "\\tiny",  "\\normalsize"};
  bool more = true;
  while (more) {
    more = false;
    tex = trim(tex);
    for (const std::string_view setting : kSettings) {
      if (tex.starts_with(setting)) {
        const bool takes_word = setting.back() == '{' || setting.back() == '_';
        const size_t end = takes_word ? tex.find_first_of("} ", setting.size()) : setting.size() - 1;
        tex = end == std::string_view::npos ? std::string_view() : tex.substr(end + 1);
        more = true;
      }
    }
  }
  return tex;
}

TexSource address_tex(std::string_view address) {
  for (const Renderer& renderer : kRenderers) {
    const size_t at = address.find(renderer.mark);
    if (at == std::string_view::npos) {
      continue;
    }
    std::string_view query = address.substr(at + renderer.mark.size());
    if (!renderer.to_the_end) {
      query = query.substr(0, query.find('&'));
    }
    std::string decoded = decode_percent(query);
    for (size_t space = decoded.find("&space;"); space != std::string::npos; space = decoded.find("&space;", space)) {
      decoded.replace(space, 7, " ");
    }
    return clean_tex(without_settings(decoded));
  }
  return {};
}

bool names_a_file(std::string_view alt) {
  const std::string lower = lower_ascii(alt);
  return lower.ends_with(".png") || lower.ends_with(".gif") || lower.ends_with(".svg") || lower.ends_with(".jpg");
}

bool is_label(std::string_view alt) {
  constexpr std::array<std::string_view, 8> kLabels = {"",      "equation", "formula", "image",
                                                       "latex", "math",     "tex",     "mathematical formula"};
  const std::string lower = lower_ascii(trim(alt));
  return std::find(kLabels.begin(), kLabels.end(), lower) != kLabels.end() || names_a_file(lower);
}

enum class Promise { kNone, kFormula, kTex };

// What the class says of the `alt`.
Promise class_promise(std::string_view css_class) {
  constexpr std::array<std::string_view, 11> kTex = {"latex",
                                                     "tex",
                                                     "mathtex",
                                                     "ql-img-inline-formula",
                                                     "ql-img-displayed-equation",
                                                     "mwe-math-fallback-image-inline",
                                                     "mwe-math-fallback-image-display",
                                                     "wp-katex",
                                                     "texrender",
                                                     "mimetex",
                                                     "teximage"};
  constexpr std::array<std::string_view, 9> kFormula = {
      "math", "formula", "equation", "mathml", "math-inline", "inline-formula", "mathmlimg", "eq", "ee_img"};
  Promise out = Promise::kNone;
  for (const std::string_view word : split(css_class, ' ')) {
    if (std::find(kTex.begin(), kTex.end(), word) != kTex.end()) {
      return Promise::kTex;
    }
    if (std::find(kFormula.begin(), kFormula.end(), word) != kFormula.end()) {
      out = Promise::kFormula;
    }
  }
  return out;
}

bool has_delimiters(std::string_view alt) {
  return (alt.size() > 2 && alt.starts_with('$') && alt.ends_with('$')) || alt.starts_with("\\(") ||
         alt.starts_with("\\[") || alt.starts_with("{\\displaystyle") || alt.starts_with("\\displaystyle") ||
         alt.starts_with("\\begin{");
}

}  // namespace

TexSource image_tex(const HtmlTree& tree, const HtmlNode& image) {
  std::string_view alt;
  std::string_view css_class;
  std::string_view address;
  std::string_view own;
  for (uint32_t i = 0; i < image.num_attributes; ++i) {
    const HtmlAttribute& attribute = tree.attributes()[image.first_attribute + i];
    if (attribute.name == "alt") {
      alt = trim(attribute.value);
    } else if (attribute.name == "class") {
      css_class = attribute.value;
    } else if (attribute.name == "src" || attribute.name == "data-src") {
      address = address.empty() || address.starts_with("data:") ? attribute.value : address;
    } else if (attribute.name == "data-latex" || attribute.name == "data-tex" || attribute.name == "data-formula" ||
               attribute.name == "data-equation-content") {
      own = attribute.value;
    }
  }
  const Promise promise = css_class.empty() ? Promise::kNone : class_promise(css_class);
  TexSource out;
  if (!own.empty()) {
    out = clean_tex(decode_percent(own));
  } else if (!is_label(alt) && (promise == Promise::kTex || has_delimiters(alt) ||
                                address.find("/math/render/") != std::string_view::npos ||
                                (promise == Promise::kFormula && looks_like_tex(alt)))) {
    out = clean_tex(alt);
  } else if (out = address_tex(address); !out.tex.empty() && !is_label(alt) && looks_like_tex(alt)) {
    out = clean_tex(alt);
  }
  out.display = css_class.find("displayed-equation") != std::string_view::npos ||
                css_class.find("image-display") != std::string_view::npos;
  return out;
}

}  // namespace smelt
