#include "crawl/math/symbols.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.h"

namespace smelt {
namespace {

struct Row {
  uint32_t code;
  const char* tex;
  MathRole role;
};

constexpr MathRole O = MathRole::kOrdinary;
constexpr MathRole L = MathRole::kLarge;
constexpr MathRole B = MathRole::kBinary;
constexpr MathRole R = MathRole::kRelation;
constexpr MathRole U = MathRole::kOpen;
constexpr MathRole C = MathRole::kClose;
constexpr MathRole P = MathRole::kPunctuation;
constexpr MathRole S = MathRole::kSpace;
constexpr MathRole N = MathRole::kInvisible;

// In ascending order of code points.
// clang-format off
constexpr Row kRows[] = {
    {'#', "\\#", O}, {'$', "\\$", O}, {'%', "\\%", O}, {'&', "\\&", O}, {'(', "(", U}, {')', ")", C}, {'*', "*", B}, {'+', "+", B}, {',', ",", P},
    {'-', "-", B}, {':', ":", R}, {';', ";", P}, {'<', "<", R}, {'=', "=", R}, {'>', ">", R}, {'[', "[", U}, {'\\', "\\backslash", O}, {']', "]", C},
    {'^', "\\wedge", B}, {'_', "\\_", O}, {'`', "`", O}, {'{', "\\{", U}, {'}', "\\}", C}, {'~', "\\sim", R},
    {0xA0, "\\ ", S}, {0xA7, "\\S", O}, {0xAC, "\\neg", O}, {0xAD, "", N}, {0xB0, "^\\circ", O}, {0xB1, "\\pm", B}, {0xB2, "^2", O}, {0xB3, "^3", O}, {0xB5, "\\mu", O},
    {0xB7, "\\cdot", B}, {0xB9, "^1", O}, {0xBC, "\\frac{1}{4}", O}, {0xBD, "\\frac{1}{2}", O}, {0xBE, "\\frac{3}{4}", O}, {0xD7, "\\times", B}, {0xF7, "\\div", B},
    {0x131, "\\imath", O}, {0x237, "\\jmath", O},
    {0x391, "A", O}, {0x392, "B", O}, {0x393, "\\Gamma", O}, {0x394, "\\Delta", O}, {0x395, "E", O}, {0x396, "Z", O}, {0x397, "H", O}, {0x398, "\\Theta", O},
    {0x399, "I", O}, {0x39A, "K", O}, {0x39B, "\\Lambda", O}, {0x39C, "M", O}, {0x39D, "N", O}, {0x39E, "\\Xi", O}, {0x39F, "O", O}, {0x3A0, "\\Pi", O},
    {0x3A1, "P", O}, {0x3A3, "\\Sigma", O}, {0x3A4, "T", O}, {0x3A5, "\\Upsilon", O}, {0x3A6, "\\Phi", O}, {0x3A7, "X", O}, {0x3A8, "\\Psi", O}, {0x3A9, "\\Omega", O},
    {0x3B1, "\\alpha", O}, {0x3B2, "\\beta", O}, {0x3B3, "\\gamma", O}, {0x3B4, "\\delta", O}, {0x3B5, "\\varepsilon", O}, {0x3B6, "\\zeta", O}, {0x3B7, "\\eta", O},
    {0x3B8, "\\theta", O}, {0x3B9, "\\iota", O}, {0x3BA, "\\kappa", O}, {0x3BB, "\\lambda", O}, {0x3BC, "\\mu", O}, {0x3BD, "\\nu", O}, {0x3BE, "\\xi", O}, {0x3BF, "o", O},
    {0x3C0, "\\pi", O}, {0x3C1, "\\rho", O}, {0x3C2, "\\varsigma", O}, {0x3C3, "\\sigma", O}, {0x3C4, "\\tau", O}, {0x3C5, "\\upsilon", O}, {0x3C6, "\\varphi", O},
    {0x3C7, "\\chi", O}, {0x3C8, "\\psi", O}, {0x3C9, "\\omega", O}, {0x3D1, "\\vartheta", O}, {0x3D5, "\\phi", O}, {0x3D6, "\\varpi", O}, {0x3DC, "\\digamma", O},
    {0x3DD, "\\digamma", O}, {0x3F0, "\\varkappa", O}, {0x3F1, "\\varrho", O}, {0x3F5, "\\epsilon", O}, {0x3F6, "\\backepsilon", O},
    {0x2002, "\\;", S}, {0x2003, "\\quad", S}, {0x2004, "\\;", S}, {0x2005, "\\:", S}, {0x2006, "\\,", S}, {0x2007, "\\;", S}, {0x2008, "\\,", S}, {0x2009, "\\,", S},
    {0x200A, "\\,", S}, {0x200B, "", N}, {0x2010, "-", B}, {0x2011, "-", B}, {0x2012, "-", B}, {0x2013, "-", B}, {0x2014, "-", B}, {0x2015, "-", B},
    {0x2016, "\\|", O}, {0x2020, "\\dagger", B}, {0x2021, "\\ddagger", B}, {0x2022, "\\bullet", B}, {0x2026, "\\ldots", O}, {0x202F, "\\,", S}, {0x2032, "'", O}, {0x2033, "''", O},
    {0x2034, "'''", O}, {0x2035, "\\backprime", O}, {0x2044, "/", O}, {0x2057, "''''", O}, {0x205F, "\\:", S}, {0x2060, "", N}, {0x2061, "", N}, {0x2062, "", N},
    {0x2063, "", N}, {0x2064, "", N}, {0x2070, "^0", O}, {0x2074, "^4", O}, {0x2075, "^5", O}, {0x2076, "^6", O}, {0x2077, "^7", O}, {0x2078, "^8", O}, {0x2079, "^9", O},
    {0x207A, "^+", O}, {0x207B, "^-", O}, {0x207F, "^n", O}, {0x2080, "_0", O}, {0x2081, "_1", O}, {0x2082, "_2", O}, {0x2083, "_3", O}, {0x2084, "_4", O}, {0x2085, "_5", O},
    {0x2086, "_6", O}, {0x2087, "_7", O}, {0x2088, "_8", O}, {0x2089, "_9", O},
    {0x2102, "\\mathbb{C}", O}, {0x210A, "\\mathcal{g}", O}, {0x210B, "\\mathcal{H}", O}, {0x210C, "\\mathfrak{H}", O}, {0x210D, "\\mathbb{H}", O}, {0x210E, "h", O},
    {0x210F, "\\hbar", O}, {0x2110, "\\mathcal{I}", O}, {0x2111, "\\Im", O}, {0x2112, "\\mathcal{L}", O}, {0x2113, "\\ell", O}, {0x2115, "\\mathbb{N}", O}, {0x2118, "\\wp", O},
    {0x2119, "\\mathbb{P}", O}, {0x211A, "\\mathbb{Q}", O}, {0x211B, "\\mathcal{R}", O}, {0x211C, "\\Re", O}, {0x211D, "\\mathbb{R}", O}, {0x2124, "\\mathbb{Z}", O},
    {0x2126, "\\Omega", O}, {0x2127, "\\mho", O}, {0x2128, "\\mathfrak{Z}", O}, {0x212C, "\\mathcal{B}", O}, {0x212D, "\\mathfrak{C}", O}, {0x212F, "\\mathcal{e}", O},
    {0x2130, "\\mathcal{E}", O}, {0x2131, "\\mathcal{F}", O}, {0x2132, "\\Finv", O}, {0x2133, "\\mathcal{M}", O}, {0x2134, "\\mathcal{o}", O}, {0x2135, "\\aleph", O},
    {0x2136, "\\beth", O}, {0x2137, "\\gimel", O}, {0x2138, "\\daleth", O}, {0x2145, "D", O}, {0x2146, "d", O}, {0x2147, "e", O}, {0x2148, "i", O}, {0x2149, "j", O},
    {0x2190, "\\leftarrow", R}, {0x2191, "\\uparrow", R}, {0x2192, "\\to", R}, {0x2193, "\\downarrow", R}, {0x2194, "\\leftrightarrow", R}, {0x2195, "\\updownarrow", R},
    {0x2196, "\\nwarrow", R}, {0x2197, "\\nearrow", R}, {0x2198, "\\searrow", R}, {0x2199, "\\swarrow", R}, {0x219A, "\\nleftarrow", R}, {0x219B, "\\nrightarrow", R},
    {0x219D, "\\leadsto", R}, {0x219E, "\\twoheadleftarrow", R}, {0x21A0, "\\twoheadrightarrow", R}, {0x21A3, "\\rightarrowtail", R}, {0x21A6, "\\mapsto", R},
    {0x21A9, "\\hookleftarrow", R}, {0x21AA, "\\hookrightarrow", R}, {0x21BC, "\\leftharpoonup", R}, {0x21BD, "\\leftharpoondown", R}, {0x21C0, "\\rightharpoonup", R},
    {0x21C1, "\\rightharpoondown", R}, {0x21C4, "\\rightleftarrows", R}, {0x21C6, "\\leftrightarrows", R}, {0x21CB, "\\leftrightharpoons", R}, {0x21CC, "\\rightleftharpoons", R},
    {0x21CD, "\\nLeftarrow", R}, {0x21CE, "\\nLeftrightarrow", R}, {0x21CF, "\\nRightarrow", R},
    {0x21D0, "\\Leftarrow", R}, {0x21D1, "\\Uparrow", R}, {0x21D2, "\\Rightarrow", R}, {0x21D3, "\\Downarrow", R}, {0x21D4, "\\Leftrightarrow", R}, {0x21D5, "\\Updownarrow", R},
    {0x21DD, "\\rightsquigarrow", R},
    {0x2200, "\\forall", O}, {0x2201, "\\complement", O}, {0x2202, "\\partial", O}, {0x2203, "\\exists", O}, {0x2204, "\\nexists", O}, {0x2205, "\\emptyset", O}, {0x2206, "\\Delta", O},
    {0x2207, "\\nabla", O}, {0x2208, "\\in", R}, {0x2209, "\\notin", R}, {0x220A, "\\in", R}, {0x220B, "\\ni", R}, {0x220C, "\\not\\ni", R}, {0x220E, "\\blacksquare", O},
    {0x220F, "\\prod", L}, {0x2210, "\\coprod", L}, {0x2211, "\\sum", L}, {0x2212, "-", B}, {0x2213, "\\mp", B}, {0x2214, "\\dotplus", B}, {0x2215, "/", O}, {0x2216, "\\setminus", B},
    {0x2217, "*", B}, {0x2218, "\\circ", B}, {0x2219, "\\bullet", B}, {0x221A, "\\surd", O}, {0x221D, "\\propto", R}, {0x221E, "\\infty", O}, {0x2220, "\\angle", O},
    {0x2221, "\\measuredangle", O}, {0x2222, "\\sphericalangle", O}, {0x2223, "\\mid", R}, {0x2224, "\\nmid", R}, {0x2225, "\\parallel", R}, {0x2226, "\\nparallel", R},
    {0x2227, "\\wedge", B}, {0x2228, "\\vee", B}, {0x2229, "\\cap", B}, {0x222A, "\\cup", B}, {0x222B, "\\int", L}, {0x222C, "\\iint", L}, {0x222D, "\\iiint", L}, {0x222E, "\\oint", L},
    {0x222F, "\\oiint", L}, {0x2230, "\\oiiint", L}, {0x2234, "\\therefore", R}, {0x2235, "\\because", R}, {0x2236, ":", R}, {0x2237, "::", R}, {0x223C, "\\sim", R},
    {0x223D, "\\backsim", R}, {0x2240, "\\wr", B}, {0x2241, "\\nsim", R}, {0x2243, "\\simeq", R}, {0x2244, "\\not\\simeq", R}, {0x2245, "\\cong", R}, {0x2247, "\\ncong", R},
    {0x2248, "\\approx", R}, {0x2249, "\\not\\approx", R}, {0x224A, "\\approxeq", R}, {0x224D, "\\asymp", R}, {0x2250, "\\doteq", R}, {0x2251, "\\doteqdot", R},
    {0x2252, "\\fallingdotseq", R}, {0x2254, ":=", R}, {0x2255, "=:", R}, {0x2257, "\\circeq", R}, {0x225C, "\\triangleq", R}, {0x225D, "\\overset{\\mathrm{def}}{=}", R},
    {0x225F, "\\overset{?}{=}", R}, {0x2260, "\\neq", R}, {0x2261, "\\equiv", R}, {0x2262, "\\not\\equiv", R}, {0x2264, "\\leq", R}, {0x2265, "\\geq", R}, {0x2266, "\\leqq", R},
    {0x2267, "\\geqq", R}, {0x2268, "\\lneqq", R}, {0x2269, "\\gneqq", R}, {0x226A, "\\ll", R}, {0x226B, "\\gg", R}, {0x226C, "\\between", R}, {0x226E, "\\nless", R}, {0x226F, "\\ngtr", R},
    {0x2270, "\\nleq", R}, {0x2271, "\\ngeq", R}, {0x2272, "\\lesssim", R}, {0x2273, "\\gtrsim", R}, {0x2276, "\\lessgtr", R}, {0x2277, "\\gtrless", R}, {0x227A, "\\prec", R},
    {0x227B, "\\succ", R}, {0x227C, "\\preccurlyeq", R}, {0x227D, "\\succcurlyeq", R}, {0x227E, "\\precsim", R}, {0x227F, "\\succsim", R}, {0x2280, "\\nprec", R}, {0x2281, "\\nsucc", R},
    {0x2282, "\\subset", R}, {0x2283, "\\supset", R}, {0x2284, "\\not\\subset", R}, {0x2285, "\\not\\supset", R}, {0x2286, "\\subseteq", R}, {0x2287, "\\supseteq", R},
    {0x2288, "\\nsubseteq", R}, {0x2289, "\\nsupseteq", R}, {0x228A, "\\subsetneq", R}, {0x228B, "\\supsetneq", R}, {0x228E, "\\uplus", B}, {0x228F, "\\sqsubset", R},
    {0x2290, "\\sqsupset", R}, {0x2291, "\\sqsubseteq", R}, {0x2292, "\\sqsupseteq", R}, {0x2293, "\\sqcap", B}, {0x2294, "\\sqcup", B}, {0x2295, "\\oplus", B}, {0x2296, "\\ominus", B},
    {0x2297, "\\otimes", B}, {0x2298, "\\oslash", B}, {0x2299, "\\odot", B}, {0x229A, "\\circledcirc", B}, {0x229B, "\\circledast", B}, {0x229D, "\\circleddash", B},
    {0x229E, "\\boxplus", B}, {0x229F, "\\boxminus", B}, {0x22A0, "\\boxtimes", B}, {0x22A1, "\\boxdot", B}, {0x22A2, "\\vdash", R}, {0x22A3, "\\dashv", R}, {0x22A4, "\\top", O},
    {0x22A5, "\\bot", O}, {0x22A7, "\\models", R}, {0x22A8, "\\vDash", R}, {0x22A9, "\\Vdash", R}, {0x22AC, "\\nvdash", R}, {0x22AD, "\\nvDash", R}, {0x22B2, "\\vartriangleleft", R},
    {0x22B3, "\\vartriangleright", R}, {0x22B4, "\\trianglelefteq", R}, {0x22B5, "\\trianglerighteq", R}, {0x22B8, "\\multimap", R}, {0x22BB, "\\veebar", B}, {0x22BC, "\\barwedge", B},
    {0x22C0, "\\bigwedge", L}, {0x22C1, "\\bigvee", L}, {0x22C2, "\\bigcap", L}, {0x22C3, "\\bigcup", L}, {0x22C4, "\\diamond", B}, {0x22C5, "\\cdot", B}, {0x22C6, "\\star", B},
    {0x22C8, "\\bowtie", R}, {0x22C9, "\\ltimes", B}, {0x22CA, "\\rtimes", B}, {0x22CE, "\\curlyvee", B}, {0x22CF, "\\curlywedge", B}, {0x22D0, "\\Subset", R}, {0x22D1, "\\Supset", R},
    {0x22D2, "\\Cap", B}, {0x22D3, "\\Cup", B}, {0x22D4, "\\pitchfork", R}, {0x22D6, "\\lessdot", B}, {0x22D7, "\\gtrdot", B}, {0x22D8, "\\lll", R}, {0x22D9, "\\ggg", R},
    {0x22DA, "\\lesseqgtr", R}, {0x22DB, "\\gtreqless", R}, {0x22DE, "\\curlyeqprec", R}, {0x22DF, "\\curlyeqsucc", R}, {0x22EE, "\\vdots", O}, {0x22EF, "\\cdots", O},
    {0x22F0, "\\iddots", O}, {0x22F1, "\\ddots", O},
    {0x2308, "\\lceil", U}, {0x2309, "\\rceil", C}, {0x230A, "\\lfloor", U}, {0x230B, "\\rfloor", C}, {0x2322, "\\frown", R}, {0x2323, "\\smile", R}, {0x2329, "\\langle", U},
    {0x232A, "\\rangle", C}, {0x25A0, "\\blacksquare", O}, {0x25A1, "\\square", O}, {0x25AA, "\\blacksquare", O}, {0x25B2, "\\blacktriangle", O}, {0x25B3, "\\triangle", O},
    {0x25B5, "\\triangle", O}, {0x25B6, "\\blacktriangleright", R}, {0x25B7, "\\triangleright", B}, {0x25B9, "\\triangleright", B}, {0x25BC, "\\blacktriangledown", O},
    {0x25BD, "\\triangledown", O}, {0x25C0, "\\blacktriangleleft", R}, {0x25C1, "\\triangleleft", B}, {0x25C3, "\\triangleleft", B}, {0x25C7, "\\diamond", B}, {0x25CA, "\\lozenge", O},
    {0x25CB, "\\bigcirc", O}, {0x25CF, "\\bullet", B}, {0x25EF, "\\bigcirc", O}, {0x25FB, "\\square", O}, {0x2605, "\\bigstar", O}, {0x2660, "\\spadesuit", O}, {0x2661, "\\heartsuit", O},
    {0x2662, "\\diamondsuit", O}, {0x2663, "\\clubsuit", O}, {0x266D, "\\flat", O}, {0x266E, "\\natural", O}, {0x266F, "\\sharp", O}, {0x2713, "\\checkmark", O},
    {0x27C2, "\\perp", R}, {0x27E6, "\\llbracket", U}, {0x27E7, "\\rrbracket", C}, {0x27E8, "\\langle", U}, {0x27E9, "\\rangle", C}, {0x27F5, "\\longleftarrow", R},
    {0x27F6, "\\longrightarrow", R}, {0x27F7, "\\longleftrightarrow", R}, {0x27F8, "\\Longleftarrow", R}, {0x27F9, "\\Longrightarrow", R}, {0x27FA, "\\Longleftrightarrow", R},
    {0x27FC, "\\longmapsto", R}, {0x29EB, "\\blacklozenge", O}, {0x29F5, "\\setminus", B}, {0x2A00, "\\bigodot", L}, {0x2A01, "\\bigoplus", L}, {0x2A02, "\\bigotimes", L},
    {0x2A04, "\\biguplus", L}, {0x2A05, "\\bigsqcap", L}, {0x2A06, "\\bigsqcup", L}, {0x2A0C, "\\iiiint", L}, {0x2A2F, "\\times", B}, {0x2A3F, "\\amalg", B}, {0x2A74, "::=", R},
    {0x2A7D, "\\leqslant", R}, {0x2A7E, "\\geqslant", R}, {0x2A85, "\\lessapprox", R}, {0x2A86, "\\gtrapprox", R}, {0x2A87, "\\lneq", R}, {0x2A88, "\\gneq", R}, {0x2AAF, "\\preceq", R},
    {0x2AB0, "\\succeq", R}, {0x2AB5, "\\precneqq", R}, {0x2AB6, "\\succneqq", R}, {0x2AC5, "\\subseteqq", R}, {0x2AC6, "\\supseteqq", R}, {0x2ACB, "\\subsetneqq", R},
    {0x2ACC, "\\supsetneqq", R}, {0xFEFF, "", N}};
// clang-format on
static_assert(std::is_sorted(std::begin(kRows), std::end(kRows),
                             [](const Row& a, const Row& b) { return a.code < b.code; }));

constexpr std::array<std::string_view, 38> kFunctions = {
    "Pr",  "arccos", "arcsin", "arctan", "arg",  "cos",       "cosh",      "cot",      "coth",    "csc",
    "deg", "det",    "dim",    "exp",    "gcd",  "hom",       "inf",       "injlim",   "ker",     "lg",
    "lim", "liminf", "limsup", "ln",     "log",  "max",       "min",       "mod",      "projlim", "sec",
    "sin", "sinh",   "sup",    "tan",    "tanh", "varinjlim", "varliminf", "varlimsup"};
static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end()));

constexpr std::array<std::string_view, 15> kLimits = {"Pr",      "det",    "gcd",       "inf",       "injlim",
                                                      "lim",     "liminf", "limsup",    "max",       "min",
                                                      "projlim", "sup",    "varinjlim", "varliminf", "varlimsup"};
static_assert(std::is_sorted(kLimits.begin(), kLimits.end()));

// The alphabets of letters from U+1D400 on, 52 characters each.
constexpr std::array<std::string_view, 13> kAlphabets = {
    "\\mathbf",   "",         "\\boldsymbol", "\\mathcal", "\\mathcal", "\\mathfrak", "\\mathbb",
    "\\mathfrak", "\\mathsf", "\\mathsf",     "\\mathsf",  "\\mathsf",  "\\mathtt"};

StyledLetter styled_greek(uint32_t code) {
  constexpr uint32_t kPerAlphabet = 58;
  constexpr std::array<std::string_view, 5> kCommands = {"\\boldsymbol", "", "\\boldsymbol", "\\boldsymbol",
                                                         "\\boldsymbol"};
  // What stands at the end of each alphabet: nabla, then, behind omega, variants.
  constexpr std::array<uint32_t, 7> kVariants = {0x2202, 0x3F5, 0x3D1, 0x3F0, 0x3D5, 0x3F1, 0x3D6};
  const uint32_t at = (code - 0x1D6A8) % kPerAlphabet;
  const std::string_view command = kCommands[(code - 0x1D6A8) / kPerAlphabet];
  if (at < 25) {
    return {command, at == 17 ? 0x398U : 0x391 + at};
  }
  if (at == 25) {
    return {command, 0x2207};
  }
  return {command, at < 51 ? 0x3B1 + (at - 26) : kVariants[at - 51]};
}

}  // namespace

StyledLetter styled_letter(uint32_t code) {
  constexpr uint32_t kFirst = 0x1D400;
  constexpr uint32_t kGreek = 0x1D6A8;
  constexpr uint32_t kDigits = 0x1D7CE;
  if (code < kFirst || code > 0x1D7FF) {
    return {};
  }
  if (code < kFirst + 52 * kAlphabets.size()) {
    const uint32_t at = (code - kFirst) % 52;
    return {kAlphabets[(code - kFirst) / 52], at < 26 ? 'A' + at : 'a' + at - 26};
  }
  if (code == 0x1D6A4 || code == 0x1D6A5) {
    return {"", code == 0x1D6A4 ? 0x131U : 0x237U};
  }
  if (code >= kGreek && code < kGreek + uint32_t{5} * 58) {
    return styled_greek(code);
  }
  if (code >= kDigits) {
    constexpr std::array<std::string_view, 5> kDigitCommands = {"\\mathbf", "\\mathbb", "\\mathsf", "\\mathsf",
                                                                "\\mathtt"};
    return {kDigitCommands[(code - kDigits) / 10], '0' + (code - kDigits) % 10};
  }
  return {};
}

MathSymbol math_symbol(uint32_t code) {
  const auto* const at = std::lower_bound(std::begin(kRows), std::end(kRows), code,
                                          [](const Row& row, uint32_t wanted) { return row.code < wanted; });
  if (at != std::end(kRows) && at->code == code) {
    return {at->tex, at->role};
  }
  if (const StyledLetter letter = styled_letter(code); letter.plain != 0) {
    const std::string plain = math_symbol(letter.plain).tex;
    return {letter.command.empty() ? plain : std::string(letter.command) + "{" + plain + "}", O};
  }
  MathSymbol out;
  if (code >= ' ' && code != 0x7F) {
    append_utf8(out.tex, code);
  }
  return out;
}

bool is_tex_function(std::string_view name) {
  return std::binary_search(kFunctions.begin(), kFunctions.end(), name);
}

bool takes_limits(std::string_view name) {
  return std::binary_search(kLimits.begin(), kLimits.end(), name);
}

std::string_view math_accent(uint32_t code, bool under, bool wide) {
  switch (code) {
    case '_':
    case 0xAF:
    case 0x203E:
    case 0x2013:
    case 0x2015:
    case 0x2212:
    case 0x304:
    case 0x305:
    case 0x332:
    case 0x2C9:
      return under ? "\\underline" : wide ? "\\overline" : "\\bar";
    case 0x23DE:
    case 0xFE37:
      return under ? "" : "\\overbrace";
    case 0x23DF:
    case 0xFE38:
      return under ? "\\underbrace" : "";
    case 0x2192:
    case 0x27F6:
    case 0x20D7:
      return under ? "\\underrightarrow" : wide ? "\\overrightarrow" : "\\vec";
    case 0x2190:
    case 0x27F5:
    case 0x20D6:
      return under ? "\\underleftarrow" : "\\overleftarrow";
    case 0x2194:
    case 0x20E1:
      return under ? "\\underleftrightarrow" : "\\overleftrightarrow";
    default:
      break;
  }
  if (under) {
    return {};
  }
  switch (code) {
    case '^':
    case 0x2C6:
    case 0x302:
      return wide ? "\\widehat" : "\\hat";
    case '~':
    case 0x2DC:
    case 0x303:
    case 0x223C:
      return wide ? "\\widetilde" : "\\tilde";
    case '.':
    case 0x2D9:
    case 0x307:
      return "\\dot";
    case 0xA8:
    case 0x308:
      return "\\ddot";
    case 0x20DB:
      return "\\dddot";
    case 0x2C7:
    case 0x30C:
      return "\\check";
    case 0x2D8:
    case 0x306:
      return "\\breve";
    case 0xB4:
    case 0x2CA:
    case 0x301:
      return "\\acute";
    case '`':
    case 0x2CB:
    case 0x300:
      return "\\grave";
    case 0x2DA:
    case 0x30A:
      return "\\mathring";
    default:
      return {};
  }
}

}  // namespace smelt
