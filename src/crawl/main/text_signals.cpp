#include "crawl/main/text_signals.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace smelt {
namespace {

struct PhraseRow {
  const char* name;
  std::string_view phrases;  // apart by commas; lower case
};

constexpr size_t kPhraseReach = 2000;  // bytes of a text

// What readers of English, German, French, Spanish and Italian pages meet around texts.
constexpr std::array<PhraseRow, kPhraseKinds> kPhrases = {{
    {"cookies", "cookie,privacy,datenschutz,einwilligung,confidentialit,privacidad,gdpr,consent"},
    {"sign_up",
     "subscribe,newsletter,sign up,signup,sign in,log "
     "in,login,register,abonnieren,anmelden,registrieren,abonnez,inscri,suscr,account,konto"},
    {"sharing",
     "share,tweet,facebook,twitter,whatsapp,pinterest,linkedin,instagram,teilen,partager,compartir,condividi,follow "
     "us,folgen"},
    {"comments", "comment,kommentar,reply,antworten,commentaire,comentario,leave a,respond"},
    {"rights",
     "copyright,all rights,rights reserved,\xC2\xA9,alle rechte,impressum,imprint,terms of,agb,mentions "
     "l,nutzungsbedingungen"},
    {"more",
     "read more,learn more,view all,see all,show more,see more,click here,find out more,mehr lesen,weiterlesen,mehr "
     "erfahren,lire la suite,leer m,load more,view more,read the full"},
    {"advert", "advertis,sponsor,anzeige,werbung,publicit,affiliate,commission,promoted,werbe"},
    {"byline",
     "posted,written by,updated,published,min read,minutes read,ver\xC3\xB6"
     "ffentlicht,aktualisiert,publi\xC3\xA9,geschrieben,autor:,author,last modified,reviewed by"},
    {"related",
     "related,you may also,you might also,also like,popular,recommended,trending,most read,\xC3\xA4hnliche,das "
     "k\xC3\xB6nnte,empfohlen,auch interess,similar,more from,more in,more stories,recent posts,latest"},
    {"purchase",
     "add to cart,add to bag,buy now,in stock,out of stock,free shipping,warenkorb,lieferung,in "
     "den,quantity,checkout,add to wish,sold out,in stock,wishlist"},
    {"menu",
     "menu,skip to,back to top,jump to,navigation,home,go to,previous,next,zur\xC3\xBC"
     "ck,startseite,toggle,search,suche"},
    {"contact", "contact us,kontakt,e-mail,email,phone,tel.,tel:,fax,address,contact"},
    {"money", "$,\xE2\x82\xAC,\xC2\xA3,usd,eur"},
    {"reactions", "likes,views,replies,votes,upvote,points,helpful,report,flag,joined,reputation,solved,bookmark"},
    {"media", "photo,image:,getty,credit:,foto:,bild:,video,watch,gallery,source:,quelle:"},
    {"sorting", "sort by,filter,results,showing,items,per page,relevance,reviews,rating,stars,compare"},
}};

constexpr std::string_view kFunctionWords =
    "the of and to a in is that for it as was with be by on not he his but at are this have from or had an they which "
    "you were all their her she "
    "there would been if more when will who so no out up my what your can we our its than then also into could do how "
    "der die das und ist nicht "
    "ein eine mit auf den von zu im sich des dem als auch es f\xC3\xBCr an werden aus er hat dass sie nach wird bei "
    "einer um am sind noch wie einem "
    "\xC3\xBC"
    "ber einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde le la les et des en un une du dans "
    "est que pour qui "
    "sur pas par plus avec ce il sont au ne se el los las y por con para una es del al lo como m\xC3\xA1s pero sus su "
    "ha o di il che per non una "
    "sono della nel da gli um uma os que do na no com n\xC3\xA3o de het een van voor niet zijn met dat";

// Words of at most eight bytes as numbers, their bytes from the left, in an open-addressing table.
class FunctionWords {
 public:
  FunctionWords() {
    for (const std::string_view word : split(kFunctionWords, ' ')) {
      uint64_t key = 0;
      for (const char c : word) {
        key = key << 8 | static_cast<unsigned char>(c);
      }
      size_t slot = slot_of(key);
      while (slots_[slot] != 0 && slots_[slot] != key) {
        slot = (slot + 1) % kSlots;
      }
      slots_[slot] = key;
    }
  }
  bool contains(uint64_t key) const {
    for (size_t slot = slot_of(key); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (slots_[slot] == key) {
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr size_t kSlots = 1024;
  static size_t slot_of(uint64_t key) { return static_cast<size_t>((key * 0x9E3779B97F4A7C15ULL) >> 54); }
  std::array<uint64_t, kSlots> slots_{};
};

// Phrases by their first two bytes: a text is looked through once, at the beginnings of its words.
class PhraseFinder {
 public:
  PhraseFinder() {
    for (size_t kind = 0; kind < kPhraseKinds; ++kind) {
      for (const std::string_view phrase : split(kPhrases[kind].phrases, ',')) {
        if (phrase.size() == 1) {
          alone_[static_cast<unsigned char>(phrase[0])] |= 1U << kind;
        } else {
          chain_.push_back({phrase, kind, first_[start(phrase)]});
          first_[start(phrase)] = static_cast<uint16_t>(chain_.size());
          begins_[start(phrase) / 64] |= uint64_t{1} << start(phrase) % 64;
        }
      }
    }
  }
  uint32_t find(std::string_view lower) const {
    uint32_t found = 0;
    bool at_start = true;
    for (size_t i = 0; i + 1 < lower.size(); ++i) {
      const auto c = static_cast<unsigned char>(lower[i]);
      const bool word = (c >= 'a' && c <= 'z') || c >= 0x80;
      if (at_start || !word) {
        found |= alone_[c];
        const size_t two = start(lower.substr(i));
        if ((begins_[two / 64] >> two % 64 & 1U) == 0) {
          at_start = !word;
          continue;
        }
        for (uint16_t at = first_[two]; at != 0; at = chain_[at - 1].next) {
          const Phrase& phrase = chain_[at - 1];
          if (lower.compare(i, phrase.text.size(), phrase.text) == 0) {
            found |= 1U << phrase.kind;
          }
        }
      }
      at_start = !word;
    }
    return lower.empty() ? found : found | alone_[static_cast<unsigned char>(lower.back())];
  }

 private:
  struct Phrase {
    std::string_view text;
    size_t kind;
    uint16_t next;  // one more than its index; 0: the last of its start
  };
  static size_t start(std::string_view text) {
    return static_cast<size_t>(static_cast<unsigned char>(text[0])) << 8 | static_cast<unsigned char>(text[1]);
  }
  std::array<uint32_t, 256> alone_{};
  std::vector<Phrase> chain_;
  std::vector<uint16_t> first_ = std::vector<uint16_t>(65536, 0);
  std::array<uint64_t, 1024> begins_{};  // which of them there are, in less memory
};

bool is_separator(uint32_t code) {
  return code == '|' || code == '>' || code == '/' || code == 0xBB || code == 0xAB || code == 0xB7 || code == 0x203A ||
         code == 0x2039 || code == 0x2192 || code == 0x2190 || code == 0x2022;
}
bool is_stop(uint32_t code) {
  return code == '.' || code == '?' || code == '!' || code == 0x3002 || code == 0xFF01 || code == 0xFF1F ||
         code == 0x964;
}
bool is_word(uint32_t code) {
  return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
         (code >= 0xC0 && code != 0xD7 && code != 0xF7 && (code < 0x2000 || code > 0x206F) &&
          (code < 0x3000 || code > 0x3004) && (code < 0x2190 || code > 0x2BFF) && (code < 0xFF00 || code > 0xFF0F));
}

// What a character is, a bit each.
enum : uint8_t { kWord = 1, kDigit = 2, kCapital = 4, kStop = 8, kComma = 16, kSeparator = 32 };

uint8_t classify(uint32_t code) {
  const bool digit = code >= '0' && code <= '9';
  const bool capital = code >= 'A' && code <= 'Z';
  const bool comma = code == ',' || code == ';' || code == 0x3001 || code == 0xFF0C;
  return static_cast<uint8_t>((is_word(code) ? kWord : 0) | (digit ? kDigit : 0) | (capital ? kCapital : 0) |
                              (is_stop(code) ? kStop : 0) | (comma ? kComma : 0) |
                              (is_separator(code) ? kSeparator : 0));
}

const std::array<uint8_t, 128>& ascii_classes() {
  static const std::array<uint8_t, 128> classes = [] {
    std::array<uint8_t, 128> out{};
    for (uint32_t code = 0; code < out.size(); ++code) {
      out[code] = classify(code);
    }
    return out;
  }();
  return classes;
}

// The word that is being read.
struct Word {
  uint64_t key = 0;  // its last eight bytes, in lower case
  size_t size = 0;

  void append(std::string_view bytes) {
    for (const char c : bytes) {
      key = key << 8 | static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    size += bytes.size();
  }
};

}  // namespace

const char* phrase_kind_name(size_t kind) {
  return kPhrases[kind].name;
}

TextSignals measure_text(std::string_view text) {
  static const PhraseFinder phrases;
  static const FunctionWords function_words;
  const std::array<uint8_t, 128>& classes = ascii_classes();
  TextSignals out;
  out.phrases = phrases.find(lower_ascii(text.substr(0, kPhraseReach)));
  Word word;
  const auto end_word = [&] {
    out.function_words += word.size <= sizeof(word.key) && function_words.contains(word.key) ? 1 : 0;
    word = {};
  };
  uint32_t last = 0;
  for (size_t pos = 0; pos < text.size();) {
    const size_t at = pos;
    const auto byte = static_cast<unsigned char>(text[pos]);
    const uint32_t code = byte < classes.size() ? text[pos++] : next_code_point(text, pos);
    const uint8_t kind = byte < classes.size() ? classes[byte] : classify(code);
    if ((kind & kWord) != 0) {
      if (word.size == 0) {
        ++out.words;
        out.capital_words += kind / kCapital % 2;
      }
      ++out.letters;
      out.digits += kind / kDigit % 2;
      out.capitals += kind / kCapital % 2;
      word.append(text.substr(at, pos - at));
    } else {
      out.stops += word.size > 0 ? kind / kStop % 2 : 0;
      out.commas += kind / kComma % 2;
      out.separators += kind / kSeparator % 2;
      if (word.size > 0) {
        end_word();
      }
    }
    last = code;
  }
  if (word.size > 0) {
    end_word();
  }
  if (is_stop(last)) {
    out.end = text.ends_with("...") ? 3 : 1;
  } else {
    out.end = last == ':' ? 2 : last == 0x2026 ? 3 : last == '"' || last == 0x201D || last == ')' ? 4 : 0;
  }
  return out;
}

}  // namespace smelt
