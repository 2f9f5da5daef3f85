#include "crawl/main/text_signals.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "base/byte_block.h"
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
    {"read_also",
     "read also,also read,read next,see also,lesen sie,siehe auch,zum weiterlesen,mehr zum,mehr dazu,lire "
     "aussi,\xC3\xA0 lire,"
     "puede interesar,lea tambi,lee tambi,leer tambi,leggi anche,leia tamb,lees ook,further reading,more on "
     "this,weitere infos"},
    {"promotion",
     "download,our app,app store,google play,join us,join our,support us,donat,spende,unterst\xC3\xBCtz,our "
     "channel,send us,"
     "folge uns,suivez,s\xC3\xADguenos,edition,print,e-paper,rabatt,discount,jetzt,bestell,ausgabe"},
    {"person",
     "is a,is an,is the,was born,writes,writer,journalist,editor,redakt,autor,blogg,freelance,lives in,lebt in,studied,"
     "studiert,arbeitet,works,founder,gr\xC3\xBCnder,co-founder,correspondent,reporter,ph.d,professor"},
    {"credit",
     "getty,afp,reuters,dpa,ap photo,shutterstock,imago,epa,istock,unsplash,picture "
     "alliance,alamy,screenshot,courtesy,archiv,"
     "pixabay,adobe stock,fotolia,pexels,handout,photograph,illustration"},
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

// A word of at most eight bytes as a number, small letters and capitals alike.
uint64_t pack(std::string_view text, size_t begin, size_t size) {
  constexpr uint64_t kSmall = 0x2020202020202020ULL;
  uint64_t key = 0;
  std::memcpy(&key, text.data() + begin, std::min(sizeof(key), text.size() - begin));
  return (key | kSmall) << (64 - 8 * size);
}

// In an open-addressing table.
class FunctionWords {
 public:
  FunctionWords() {
    for (const std::string_view word : split(kFunctionWords, ' ')) {
      const uint64_t key = pack(word, 0, word.size());
      size_t slot = slot_of(key);
      while (slots_[slot] != 0 && slots_[slot] != key) {
        slot = (slot + 1) % kSlots;
      }
      slots_[slot] = key;
    }
  }
  // The word [begin, end) of the text.
  bool contains(std::string_view text, size_t begin, size_t end) const {
    if (end - begin > sizeof(uint64_t)) {
      return false;
    }
    const uint64_t key = pack(text, begin, end - begin);
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

// What the bytes of a stretch of text are, a bit each.
struct TextMasks {
  size_t size = 0;    // bytes, whole characters
  uint64_t word = 0;  // of letters and digits, every byte; else the first byte of a character
  uint64_t first = 0;
  uint64_t digit = 0;
  uint64_t capital = 0;
  uint64_t stop = 0;
  uint64_t comma = 0;
  uint64_t separator = 0;
};

bool is_word(uint32_t code) {  // beyond ASCII
  return code >= 0xC0 && code != 0xD7 && code != 0xF7 && (code < 0x2000 || code > 0x206F) &&
         (code < 0x3000 || code > 0x3004) && (code < 0x2190 || code > 0x2BFF) && (code < 0xFF00 || code > 0xFF0F);
}

// Classes a character beyond ASCII that begins at byte `at` of the stretch.
void classify(uint32_t code, size_t length, size_t at, TextMasks& masks) {
  const uint64_t bit = uint64_t{1} << at;
  if (is_word(code)) {
    masks.word |= ((uint64_t{1} << length) - 1) << at;
  }
  masks.stop |= code == 0x3002 || code == 0xFF01 ? bit : 0;
  masks.comma |= code == 0x3001 || code == 0xFF0C ? bit : 0;
  const bool separator = code == 0xBB || code == 0xAB || code == 0xB7 || code == 0x203A || code == 0x2039 ||
                         code == 0x2192 || code == 0x2190 || code == 0x2022;
  masks.separator |= separator ? bit : 0;
}

uint64_t low_bits(size_t count) {
  return count < 64 ? (uint64_t{1} << count) - 1 : ~uint64_t{0};
}

// Of at most 64 bytes from `begin`.
TextMasks read_masks(std::string_view text, size_t begin) {
  TextMasks masks;
  masks.size = std::min(ByteBlock::kSize, text.size() - begin);
  std::array<char, ByteBlock::kSize> padded{};
  const char* bytes = text.data() + begin;
  if (masks.size < ByteBlock::kSize) {
    std::memcpy(padded.data(), bytes, masks.size);
    bytes = padded.data();
  }
  const ByteBlock block(bytes);
  masks.digit = block.in_range('0', 10);
  masks.capital = block.in_range('A', 26);
  masks.word = block.letters() | masks.digit;
  masks.stop = block.equal('.') | block.equal('?') | block.equal('!');
  masks.comma = block.equal(',') | block.equal(';');
  masks.separator = block.equal('|') | block.equal('>') | block.equal('/');
  masks.first = low_bits(masks.size);
  uint64_t high = block.high() & low_bits(masks.size);
  while (high != 0) {
    const auto at = static_cast<size_t>(std::countr_zero(high));
    size_t pos = begin + at;
    const uint32_t code = next_code_point(text, pos);
    const size_t length = pos - begin - at;
    if (at + length > ByteBlock::kSize) {
      masks.size = at;  // it belongs to the next stretch
      masks.first &= low_bits(at);
      break;
    }
    classify(code, length, at, masks);
    masks.first &= ~(((uint64_t{1} << length) - 2) << at);
    high &= ~(((uint64_t{1} << length) - 1) << at);
  }
  return masks;
}

uint32_t last_code_point(std::string_view text) {
  size_t at = text.size() - std::min<size_t>(text.size(), 1);
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
    --at;
  }
  return text.empty() ? 0 : next_code_point(text, at);
}

constexpr size_t kTopicWord = 4;  // bytes

// Of the first and the last eight bytes.
uint16_t hash_word(std::string_view text, size_t begin, size_t end) {
  const size_t size = std::min<size_t>(end - begin, 8);
  const uint64_t key = pack(text, begin, size) ^ (pack(text, end - size, size) * 0xD6E8FEB86659FD93ULL);
  return static_cast<uint16_t>((key * 0x9E3779B97F4A7C15ULL) >> 48);
}

// What a text begins with.
int first_sign(std::string_view text) {
  const char c = text.empty() ? ' ' : text[0];
  if (c >= 'a' && c <= 'z') {
    return 1;
  }
  if (c >= 'A' && c <= 'Z') {
    return 2;
  }
  if (c >= '0' && c <= '9') {
    return 3;
  }
  return c == '"' || c == '(' || c == '[' || text.starts_with("\xE2\x80\x9C") || text.starts_with("\xE2\x80\x9E") ? 4
                                                                                                                  : 0;
}

int count(uint64_t bits) {
  return std::popcount(bits);
}

}  // namespace

const char* phrase_kind_name(size_t kind) {
  return kPhrases[kind].name;
}

TextSignals measure_text(std::string_view text, std::vector<uint16_t>* words) {
  static const PhraseFinder phrases;
  static const FunctionWords function_words;
  TextSignals out;
  out.phrases = phrases.find(lower_ascii(text.substr(0, kPhraseReach)));
  size_t word_begin = 0;
  bool in_word = false;
  for (size_t begin = 0; begin < text.size();) {
    const TextMasks masks = read_masks(text, begin);
    const uint64_t after_word = masks.word << 1 | (in_word ? 1 : 0);
    const uint64_t starts = masks.word & ~after_word;
    out.words += count(starts);
    out.capital_words += count(starts & masks.capital);
    out.letters += count(masks.word & masks.first);
    out.digits += count(masks.digit);
    out.capitals += count(masks.capital);
    out.stops += count(masks.stop & after_word);
    out.commas += count(masks.comma);
    out.separators += count(masks.separator);
    for (uint64_t edges = (masks.word ^ after_word) & low_bits(masks.size); edges != 0; edges &= edges - 1) {
      const size_t edge = begin + static_cast<size_t>(std::countr_zero(edges));
      out.function_words += in_word && function_words.contains(text, word_begin, edge) ? 1 : 0;
      if (words != nullptr && in_word && edge - word_begin >= kTopicWord) {
        words->push_back(hash_word(text, word_begin, edge));
      }
      in_word = !in_word;
      word_begin = edge;
    }
    begin += masks.size;
  }
  out.function_words += in_word && function_words.contains(text, word_begin, text.size()) ? 1 : 0;
  if (words != nullptr && in_word && text.size() - word_begin >= kTopicWord) {
    words->push_back(hash_word(text, word_begin, text.size()));
  }
  out.begin = first_sign(text);
  const uint32_t last = last_code_point(text);
  if (last == '.' || last == '?' || last == '!' || last == 0x3002 || last == 0xFF01 || last == 0xFF1F ||
      last == 0x964) {
    out.end = text.ends_with("...") ? 3 : 1;
  } else {
    out.end = last == ':' ? 2 : last == 0x2026 ? 3 : last == '"' || last == 0x201D || last == ')' ? 4 : 0;
  }
  return out;
}

}  // namespace smelt
