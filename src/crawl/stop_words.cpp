#include "crawl/stop_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"

namespace smelt {
namespace {

struct Row {
  const char* language;
  double typical_share;  // of these words among all words of the sentences they were counted in
  const char* words;
};

// The most frequent words of everyday sentences in each language.
// clang-format off
constexpr std::array kRows = {
    Row{"en", 0.47,
        "a about after all also an and any are as at available be because been before both but by can canada canadian "
        "children community course day did do each every for from government had has have he health her his home how "
        "however i if in information into is it its just law life make many may member more most much must my north not "
        "now of office on one only ontario or order other our out own part people please program s school service some "
        "students such system t that the their them then there these they this time to two up using very was we were what "
        "which who will with work world would year years you your "},
    Row{"de", 0.45,
        "a aber alle als am an andere anderen auch auf aus b bei beiden beim bis bitte da damit dann das dass daß dem den "
        "denn der des dich die dies diese dieser doch durch e ein eine einem einen einer einfach einmal er es etwas "
        "finden für gibt habe haben hat hier ich ihn ihr ihre im immer in ist ja jedoch jetzt kann keine können lassen "
        "machen mal man mehr menschen mich mir mit nach neben neue nicht noch nun nur oder schon sehr sein seite sich sie "
        "sind so soll steht um und uns unserer vom von vor war waren was wenn werden wie wieder wir wird wo wurde z zeit "
        "zu zum zur zwei zwischen über "},
    Row{"fr", 0.515,
        "a ainsi ans après au aussi autre autres aux avant avec avoir beaucoup bien c ce celle celui ces cette chaque "
        "comme compte contre corps d dans de des deux devoir doit donc dont du e eau elle en entre est et faire fait fois "
        "formation forme france gestion h histoire il ils j je l la le les leur lieu liste là mais mieux moins même n "
        "nature ne non notre nous on ont organisation ou par partie pas pays peu peut plus plusieurs pour public qu quand "
        "que qui rapport recherche s sa saint sans se ses si son sont sur temps tout travail trois très un une vers vie "
        "ville votre vous y à également été être "},
    Row{"es", 0.515,
        "a acceso actividades adems ahora al andorra antes ao aos aqu as aunque bien cada casa clasificados como con "
        "contenidos cosas cuando cuatro cuenta da dar de del desde donde dos e el ellos en entre era es ese est esta "
        "estas este esto fue gran ha hace han hasta hay hoy l la las le lo los lugar mayo me mejor mi momento ms mucho "
        "mundo muy nivel no nos nuestro nuevo o para parte pas pero personas pista por primer primera puede que se ser si "
        "sin sistema slo sobre son su sus tags tambin tan tanto te tener tiene tipo todas todo todos tomar trabajo tu un "
        "una universidad utc va veces ver vez vida y ya "},
    Row{"it", 0.47,
        "a ad agli ai al all alla alle anche ancora anni c che chi ci come con consiglio così cui d da dai dal dalla "
        "dalle degli dei del dell della delle dello di dicembre dopo dove due e ed era essere euro fa fare fatto fine "
        "generale gennaio già gli governo ha hanno i il in incontro invece italia l la lavoratori le libertas lo ma "
        "marino milioni molto nei nel nell nella news non o oggi oltre parte per più poi politica pubblico punto questa "
        "questo repubblica rimini sammarinese san sarà se segretario sempre senza serie si sia smsan solo sono stato su "
        "sua sul sulla tempo termine tra tre tutta tutti tutto un una uno via è "},
    Row{"nl", 0.51,
        "aan aantal al alle alleen als andere bedraagt bij club daar dan dat de deel deze die dit door e echter een eerst "
        "eerste eigen en er familie franse gaan gebouwd gebruikt geen geldig gemaakt gemeente gepubliceerd geschiedenis "
        "groot grote haar had hebben heeft hem het hij hun in inwoners is jaar jaren kan km² komt kreeg laatste maar meer "
        "met moest moet na naam naar niet nog of om onder ook op oppervlakte over per plaats s soort staan te tegen tijd "
        "toen tot tussen twee tweede uit van verschillende voor waren was wat weer weg wel werd werden wetenschappelijke "
        "worden wordt ze zeer zelf zich zijn zo zou "},
    Row{"pt", 0.47,
        "a acordo ainda alto ano anos ao aos as assim através até bem boa cabo close com como connection da das de depois "
        "desde dia dias dizer do dos durante e ele em entre essa esta estamos estar este está estão fazer feira foi forma "
        "ganhar governo grande hoje há isso já lhe mais mas menos mesmo muito música na nacional nas no norte nos nossa "
        "novo num numa não o onde os ou outros palco para parte pela pelo pessoas pode por porque pouco praia presidente "
        "primeiro qualidade quando que quer s salto se sem ser seu seus situação social sua suas são também tem tempo ter "
        "todos tudo um uma vai verde vida à às água área é "},
    Row{"pl", 0.32,
        "a ale bo by być był było będzie będą co czy dla do dobrze dwóch gdy go i ich in jak je jednak jego jej jest "
        "jeszcze jeśli już kiedy która które który których którzy lat lata m ma mają miasta miasto miał może można mówi "
        "na należy nas nie niż nowy o od on one oraz pl po pod podczas polsce polski potem powiedział pracy prawa proc "
        "przed przez przy r roku również się są tak takich także tego tej temu ten teraz też to trzeba tych tylko tym tys "
        "u w wcześniej więcej właśnie z za ze został że "},
    Row{"ru", 0.33,
        "а бы была были было в вот время все вы даже для до его ее ему если есть еще же за здесь и из или их к как когда "
        "меня мне мог можно мы на надо нам нас не него нет ни никогда них ничего но о один он она они от по под после при "
        "с своей себя сейчас так там тебе то тоже только ты у что эти это этого этот я "},
    Row{"sv", 0.45,
        "alla allt andra annan antal att av bara blev bli bra både bör de del delar den denna dessa det detta dig din du "
        "där då efter eller en ett eu finns från få får för genom ger går gör göra ha hade han hans har hela hur här i in "
        "innebär inom inte jag kan komma kommer kommun kunna man med mellan men mer mot mycket många ni nu ny nya när "
        "något och också olika om oss per person projekt på s samt sedan sig sin ska skall skulle som stor stora sverige "
        "så t ta tid till under ut var vara vi vid vilket vill vår våra ytterligare ännu är även år över "},
    Row{"da", 0.495,
        "a af alle alt andre at blandt blev bliver både børn da de del dem den denne der deres derfor det dette dig din "
        "dk dog du efter eller en end er et fik flere for fra få fået får før første god gode godt ham han har havde have "
        "helt her hos hun hvad hvis hvor i igen ikke ingen jeg kan kl komme kr kun kunne lidt lige man mange med meget "
        "men mere mest mig min mod må nogen noget nogle nok nu nye når og også om op os over på ret rigtig s samme "
        "samtidig se selv sidste sig skal som store så til to ud var ved vi via vil vores være været år "},
    Row{"no", 0.46,
        "alle alt andre annen annet arbeidet at av bare blant ble bli blir bruke både bør ca da de deg dei del den denne "
        "der dere derfor det dette disse du ein eller en enn er et ett etter flere for fra få får følgende før første "
        "gang gir gjennom god godt går ha hadde han har hele her hva i ikke inn jeg kan kommer kunne kurs litt m man "
        "mange med medlemmer meg men mer mot må noe noen norge norges norsk norske nye nytt nå når og også om opp oss "
        "over på samme se seg sin sine skal som større så ta tid til to ut var ved vi vil vår våre være vært å år "},
    Row{"fi", 0.21,
        "aikana alueen ei eikä eivät eli eri että he hyvin hän ja jo joka jossa jotka jälkeen kaikki kautta koko kuin "
        "kuitenkin kun kuuluu lähes miten mitä mk mm mukaan mutta myös n niiden niin niitä noin nyt ole olemme oli ollut "
        "on ovat oy se sekä sen siihen siitä siten sitä suomen suomessa tai toisen tämä tämän vaan varten vastaan vielä "
        "voi voidaan voit vuoden vuonna yli "},
    Row{"cs", 0.28,
        "a aby ale ani asi až bez bude by byl byla bylo byly být co další dat dnes do hlavní ho i jak jako je jeho jejich "
        "jen jsem jsme jsou k kde když ke kterou která které který kč let mezi může na nebo není než o od opět p pak po "
        "pokud pro proto práce před při roce roku s se si tak také takže tedy tento to této už v ve velmi vám však z za "
        "zde ze zájem část že "},
    Row{"hu", 0.325,
        "a ahogy aki akik akkor alatt amely ami amikor amit arra az azonban azt aztán ban be ben csak című de e ebben egy "
        "egyik el első emberek ennek erdélyi es ez ezek fel ha hanem hogy hosszú három ilyen is kell ki két között közül "
        "le lehet magyar majd meg mert mi miatt minden mindig mint most már más még nagy nagyon nem nemzeti olyan pedig "
        "politikai program román s sem szent szerint szinte számára székely tartott társadalmi több után vagy való van "
        "volna volt által át én éppen és évek éves így úgy új "},
    Row{"ro", 0.425,
        "a aceasta acest aceste ai al ale am an ani anul apoi ar are asemenea astfel asupra atunci au avut bine ca cadrul "
        "calitate cand care ce cea cei cel cele chiar cu cum când că daca dacă dar de din doar doua dupa după e ea ei el "
        "este eu face fel fi fie fiecare fiind foarte fost i ia iar ii in l la le loc lor lucru lui mai mare mult multe n "
        "ne noastre noi nr nu numai o orice parte partea patru pe pentru peste poate pot prima prin s sa sau se servicii "
        "si spre sunt să sďż timp toate tot trebuie ul un unei unui unul va vedere vor în ï ďż şi "},
    Row{"tr", 0.245,
        "a alan anadolu ancak avrupa aynı ayrıca başkanı belediye belirli bilgi bir birinci birlikte birçok bu bugün "
        "bulunan bunu bunun bütün büyük da daha de dedi destek dikkat diğer dönem dünya düzenlenen e eden edilen en "
        "eðitim eğitim fakat fakültesi farklı fazla genel gerekli gerçek gibi göre gün günü haline hem her i ifade iki "
        "ile ilgili ilk in ise için içinde iş kadar kendi kez ki kurulu milli nda ne nin o olan olarak olduğu olduğunu "
        "olmak oluşan prof sayılı son sonra sosyal su tarafından tarihinde tek temel tüm türk türkiye uluslararası un "
        "uygun ve veya ya yeni yer yüksek yýl yıl yılında zaman çalışma çok önce önemli öğrenci öğretim üniversitesi "
        "üzere üzerine üç şekilde "},
    Row{"uk", 0.31,
        "а або але б багато без бо був була були було бути більше в ви вона вони все всі від він де дитина для до дуже "
        "дітей діяльності ж життя з за завдяки зі й його коли лише людей м має ми може можуть на навіть над не необхідно "
        "неї ним них нього ні об п питання по положення потрібно при про проте після р року рішення с саме свою своєю "
        "свої свій себе собі ст сьогодні та так також те ти то тобто того тоді той тому треба тут тільки у україни хоч "
        "хто це цей цих цього час чи ще що щоб щодо я як яка який яких якщо які є і із інших інші їх її "},
};
// clang-format on

}  // namespace

bool StopWords::contains(std::string_view lower_case_word) const {
  return std::binary_search(words_.begin(), words_.end(), lower_case_word);
}

const StopWords* stop_words(std::string_view language) {
  static const std::unordered_map<std::string_view, StopWords> lists = [] {
    std::unordered_map<std::string_view, StopWords> out;
    for (const Row& row : kRows) {
      std::vector<std::string_view> words;
      for (const std::string_view word : split(row.words, ' ')) {
        if (!word.empty()) {
          words.push_back(word);
        }
      }
      std::sort(words.begin(), words.end());
      out.emplace(row.language, StopWords(std::move(words), row.typical_share));
    }
    return out;
  }();
  const auto found = lists.find(language);
  return found == lists.end() ? nullptr : &found->second;
}

}  // namespace smelt
