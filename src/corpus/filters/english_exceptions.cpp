#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "corpus/filters/english_rules.h"

namespace smelt::english {

namespace {

// Exceptions are put together from parts as they are split: {"can", "not"}.
class Builder {
 public:
  void add(std::initializer_list<std::u32string_view> parts) {
    Exception exception;
    for (const std::u32string_view part : parts) {
      exception.word += part;
      exception.lengths.push_back(static_cast<uint8_t>(part.size()));
    }
    by_word_[exception.word] = exception;
  }

  // The same with its first letter as it is and upper-case.
  void add_titled(std::u32string_view first, std::u32string_view second = {}, std::u32string_view third = {}) {
    std::u32string titled(first);
    titled[0] = titled[0] - 'a' + 'A';
    for (const std::u32string_view head : {first, std::u32string_view(titled)}) {
      if (second.empty()) {
        add({head});
      } else if (third.empty()) {
        add({head, second});
      } else {
        add({head, second, third});
      }
    }
  }

  // Each contraction with its apostrophe and without.
  void add_contraction(std::u32string_view word, std::u32string_view second, std::u32string_view third = {}) {
    const auto bare = [](std::u32string_view text) {
      std::u32string out(text);
      out.erase(std::remove(out.begin(), out.end(), U'\''), out.end());
      return out;
    };
    add_titled(word, second, third);
    add_titled(word, bare(second), bare(third));
  }

  void add_whole(std::u32string_view words) {
    while (!words.empty()) {
      const size_t end = std::min(words.find(U' '), words.size());
      add({words.substr(0, end)});
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  }

  void remove(const std::u32string& word) { by_word_.erase(word); }

  // All of them, those with apostrophes also with U+2019 in their place.
  std::vector<Exception> take() {
    std::vector<Exception> all;
    for (const auto& [word, exception] : by_word_) {
      all.push_back(exception);
      if (word.find(U'\'') != std::u32string::npos) {
        Exception typographic = exception;
        std::replace(typographic.word.begin(), typographic.word.end(), U'\'', U'\u2019');
        all.push_back(std::move(typographic));
      }
    }
    return all;
  }

 private:
  std::map<std::u32string, Exception> by_word_;
};

void add_pronouns(Builder& out) {
  out.add_contraction(U"i", U"'m");
  out.add_titled(U"i", U"'m", U"a");
  out.add_titled(U"i", U"m", U"a");
  for (const std::u32string_view word : {U"i", U"you", U"he", U"she", U"it", U"we", U"they"}) {
    out.add_contraction(word, U"'ll");
    out.add_contraction(word, U"'ll", U"'ve");
    out.add_contraction(word, U"'d");
    out.add_contraction(word, U"'d", U"'ve");
  }
  for (const std::u32string_view word : {U"i", U"you", U"we", U"they"}) {
    out.add_contraction(word, U"'ve");
  }
  for (const std::u32string_view word : {U"you", U"we", U"they"}) {
    out.add_contraction(word, U"'re");
  }
  for (const std::u32string_view word : {U"he", U"she", U"it"}) {
    out.add_contraction(word, U"'s");
  }
}

void add_question_words(Builder& out) {
  for (const std::u32string_view word :
       {U"who", U"what", U"when", U"where", U"why", U"how", U"there", U"that", U"this", U"these", U"those"}) {
    const bool singular = word == U"that" || word == U"this";
    const bool plural = word == U"these" || word == U"those";
    if (!plural) {
      out.add_contraction(word, U"'s");
    }
    out.add_contraction(word, U"'ll");
    out.add_contraction(word, U"'ll", U"'ve");
    if (!singular) {
      out.add_contraction(word, U"'re");
      out.add_contraction(word, U"'ve");
    }
    out.add_contraction(word, U"'d");
    out.add_contraction(word, U"'d", U"'ve");
  }
}

void add_verbs(Builder& out) {
  for (const std::u32string_view verb : {U"ca", U"could", U"do", U"does", U"did", U"had", U"may", U"might", U"must",
                                         U"need", U"ought", U"sha", U"should", U"wo", U"would"}) {
    out.add_contraction(verb, U"n't");
    out.add_contraction(verb, U"n't", U"'ve");
  }
  for (const std::u32string_view verb : {U"could", U"might", U"must", U"should", U"would"}) {
    out.add_contraction(verb, U"'ve");
  }
  for (const std::u32string_view verb : {U"ai", U"are", U"is", U"was", U"were", U"have", U"has", U"dare"}) {
    out.add_contraction(verb, U"n't");
  }
}

void add_clipped_words(Builder& out) {
  for (const std::u32string_view word :
       {U"doin", U"goin", U"nothin", U"nuthin", U"ol", U"somethin", U"lovin", U"havin"}) {
    out.add_titled(word);
    out.add_titled(std::u32string(word) + U"'");
  }
  out.add_whole(
      U"em 'em ll 'll nuff 'nuff 'S 's \u2018S \u2018s and/or w/o 're 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz "
      U"'bout "
      U"ma'am Ma'am o'clock O'clock 'd");
  out.add({U"y'", U"all"});
  out.add({U"y", U"all"});
  out.add_titled(U"how", U"'d", U"'y");
  out.add_contraction(U"not", U"'ve");
  out.add_titled(U"can", U"not");
  out.add_titled(U"gon", U"na");
  out.add_titled(U"got", U"ta");
  out.add_titled(U"let", U"'s");
  out.add_titled(U"c'm", U"on");
}

void add_abbreviations(Builder& out) {
  out.add_whole(
      U"Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. "
      U"Kan. "
      U"Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. "
      U"Pa. "
      U"S.C. Sep. Sept. Tenn. Va. Wash. Wis. a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. "
      U"I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s.");
  for (int hour = 1; hour <= 12; ++hour) {
    const std::string digits = std::to_string(hour);
    const std::u32string number(digits.begin(), digits.end());
    for (const std::u32string_view half : {U"a.m.", U"am", U"p.m.", U"pm"}) {
      out.add({number, half});
    }
  }
  for (char32_t letter = 'a'; letter <= 'z'; ++letter) {
    out.add_whole(std::u32string{letter, U'.'});
  }
  out.add_whole(U"\u00E4. \u00F6. \u00FC.");
  for (const std::u32string_view unit : {U"c", U"f", U"k", U"C", U"F", U"K"}) {
    out.add({U"\u00B0", unit, U"."});
  }
}

void add_signs(Builder& out) {
  out.add_whole(U"\\t \\n \u2014 ' \\\") <space> '' C++");
  out.add_whole(
      U":) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-; :( :-( :(( "
      U":-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 "
      U":-0 "
      U":() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< "
      U"._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 "
      U"(^_^) (-_-) (._.) (>_<) (*_*) (\u00AC_\u00AC) \u0CA0_\u0CA0 \u0CA0\uFE35\u0CA0 (\u0CA0_\u0CA0) "
      U"\u00AF\\(\u30C4)/\u00AF (\u256F\u00B0\u25A1\u00B0\uFF09\u256F\uFE35\u253B\u2501\u253B ><(((*>");
}

}  // namespace

const std::vector<Exception>& exceptions() {
  static const std::vector<Exception> kAll = [] {
    Builder out;
    add_pronouns(out);
    add_question_words(out);
    add_verbs(out);
    add_clipped_words(out);
    for (const char32_t* word : {U"Ill", U"ill", U"Its", U"its", U"Hell", U"hell", U"Shell", U"shell", U"Shed", U"shed",
                                 U"were", U"Were", U"Well", U"well", U"Whore", U"whore"}) {
      out.remove(word);
    }
    add_abbreviations(out);
    add_signs(out);
    return out.take();
  }();
  return kAll;
}

}  // namespace smelt::english
