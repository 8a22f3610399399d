"""What Bonbon itself says to customers, in each language in which it knows how to call somebody without a name."""

import re
from typing import NamedTuple

LONGEST_HEADER = 1_000
"""Characters of ``Accept-Language`` that are looked at."""
QUALITY = re.compile(r"(?P<tag>[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:\s*;\s*q=(?P<q>[01](?:\.\d{0,3})?))?")


class Phrases(NamedTuple):
    """The words of one language."""

    language: str
    # Below every message.
    unsubscribe: str
    preferences: str
    why_this_message: str
    # The channels, and what goes out on them.
    email: str
    sms: str
    push: str
    web: str
    marketing: str
    transactional: str
    # The preference centre.
    stop: str
    """The button that ends what a message was about; the channel follows in brackets."""
    where: str
    topics: str
    how_often: str
    as_it_comes: str
    daily: str
    weekly: str
    monthly: str
    birthday: str
    birthday_is_not_shown: str
    save: str
    # What came of it.
    saved: str
    unsubscribed: str
    no_more: str
    no_birthday: str
    unreadable: str
    # Links that lead nowhere, and moments at which nothing works.
    broken: str
    copy_all_of_it: str
    try_again: str
    too_much: str


PHRASES = {
    said.language: said
    for said in (
        Phrases(
            language="de",
            unsubscribe="Abmelden",
            preferences="Einstellungen",
            why_this_message="Warum erhalte ich diese Nachricht?",
            email="E-Mail",
            sms="SMS",
            push="App",
            web="Website",
            marketing="Angebote und Neuigkeiten",
            transactional="Nachrichten zu Bestellungen und Anfragen",
            stop="Diese Nachrichten beenden",
            where="Wo dürfen wir Ihnen Angebote und Neuigkeiten schicken?",
            topics="Wovon möchten Sie hören?",
            how_often="Wie oft höchstens?",
            as_it_comes="So oft es etwas gibt",
            daily="Einmal am Tag",
            weekly="Einmal in der Woche",
            monthly="Einmal im Monat",
            birthday="Ihr Geburtstag",
            birthday_is_not_shown=(
                "Nur ausfüllen, um ihn mitzuteilen oder zu ändern. Zu Ihrem Schutz wird er hier nicht gezeigt."
            ),
            save="Speichern",
            saved="Ihre Auswahl ist gespeichert.",
            unsubscribed="Sie sind abgemeldet",
            no_more="Sie erhalten keine Nachrichten dieser Art mehr.",
            no_birthday="Das kann kein Geburtsdatum sein. Es wurde nichts gespeichert.",
            unreadable=(
                "Ihre Antworten waren nicht lesbar. Es wurde nichts gespeichert. Bitte öffnen Sie den Link noch einmal."
            ),
            broken="Dieser Link funktioniert nicht",
            copy_all_of_it="Vielleicht ist er unvollständig: Bitte kopieren Sie ihn ganz aus der Nachricht.",
            try_again="Bitte versuchen Sie es noch einmal",
            too_much="Gerade ging etwas schief. Bitte versuchen Sie es in einer Minute noch einmal.",
        ),
        Phrases(
            language="en",
            unsubscribe="Unsubscribe",
            preferences="Preferences",
            why_this_message="Why did I get this message?",
            email="E-mail",
            sms="Text message",
            push="App",
            web="Website",
            marketing="Offers and news",
            transactional="Messages about orders and requests",
            stop="Stop these messages",
            where="Where may we send you offers and news?",
            topics="What would you like to hear about?",
            how_often="How often at most?",
            as_it_comes="Whenever there is something",
            daily="Once a day",
            weekly="Once a week",
            monthly="Once a month",
            birthday="Your birthday",
            birthday_is_not_shown=(
                "Fill this in only to tell us or to change it. For your protection it is not shown here."
            ),
            save="Save",
            saved="Your choices are saved.",
            unsubscribed="You are unsubscribed",
            no_more="You will get no more messages of this kind.",
            no_birthday="This cannot be a date of birth. Nothing was saved.",
            unreadable="Your answers could not be read. Nothing was saved. Please open the link once more.",
            broken="This link does not work",
            copy_all_of_it="It may be incomplete: please copy all of it from the message.",
            try_again="Please try again",
            too_much="Something went wrong just now. Please try again in a minute.",
        ),
        Phrases(
            language="es",
            unsubscribe="Darse de baja",
            preferences="Preferencias",
            why_this_message="¿Por qué he recibido este mensaje?",
            email="Correo electrónico",
            sms="SMS",
            push="Aplicación",
            web="Sitio web",
            marketing="Ofertas y novedades",
            transactional="Mensajes sobre pedidos y solicitudes",
            stop="No recibir más estos mensajes",
            where="¿Dónde podemos enviarle ofertas y novedades?",
            topics="¿Qué temas le interesan?",
            how_often="¿Con qué frecuencia como máximo?",
            as_it_comes="Siempre que haya algo",
            daily="Una vez al día",
            weekly="Una vez a la semana",
            monthly="Una vez al mes",
            birthday="Su cumpleaños",
            birthday_is_not_shown="Rellénelo solo para comunicarlo o cambiarlo. Para su protección no se muestra aquí.",
            save="Guardar",
            saved="Sus preferencias se han guardado.",
            unsubscribed="Se ha dado de baja",
            no_more="No recibirá más mensajes de este tipo.",
            no_birthday="Esto no puede ser una fecha de nacimiento. No se ha guardado nada.",
            unreadable=(
                "No se han podido leer sus respuestas. No se ha guardado nada. Abra el enlace otra vez, por favor."
            ),
            broken="Este enlace no funciona",
            copy_all_of_it="Puede que esté incompleto: cópielo entero del mensaje, por favor.",
            try_again="Inténtelo de nuevo, por favor",
            too_much="Algo ha fallado. Inténtelo de nuevo dentro de un minuto, por favor.",
        ),
        Phrases(
            language="fi",
            unsubscribe="Peru tilaus",
            preferences="Asetukset",
            why_this_message="Miksi sain tämän viestin?",
            email="Sähköposti",
            sms="Tekstiviesti",
            push="Sovellus",
            web="Verkkosivusto",
            marketing="Tarjoukset ja uutiset",
            transactional="Tilauksia ja pyyntöjä koskevat viestit",
            stop="Lopeta nämä viestit",
            where="Missä saamme lähettää sinulle tarjouksia ja uutisia?",
            topics="Mistä haluat kuulla?",
            how_often="Kuinka usein enintään?",
            as_it_comes="Aina kun on kerrottavaa",
            daily="Kerran päivässä",
            weekly="Kerran viikossa",
            monthly="Kerran kuukaudessa",
            birthday="Syntymäpäiväsi",
            birthday_is_not_shown=(
                "Täytä vain, jos haluat kertoa sen tai muuttaa sitä. Turvallisuutesi vuoksi sitä ei näytetä tässä."
            ),
            save="Tallenna",
            saved="Valintasi on tallennettu.",
            unsubscribed="Tilauksesi on peruttu",
            no_more="Et saa enää tällaisia viestejä.",
            no_birthday="Tämä ei voi olla syntymäpäivä. Mitään ei tallennettu.",
            unreadable="Vastauksiasi ei voitu lukea. Mitään ei tallennettu. Avaa linkki uudelleen.",
            broken="Tämä linkki ei toimi",
            copy_all_of_it="Se voi olla vajaa: kopioi se viestistä kokonaan.",
            try_again="Yritä uudelleen",
            too_much="Jokin meni pieleen. Yritä uudelleen minuutin kuluttua.",
        ),
        Phrases(
            language="fr",
            unsubscribe="Se désabonner",
            preferences="Préférences",
            why_this_message="Pourquoi ai-je reçu ce message ?",
            email="E-mail",
            sms="SMS",
            push="Application",
            web="Site web",
            marketing="Offres et nouveautés",
            transactional="Messages sur les commandes et les demandes",
            stop="Ne plus recevoir ces messages",
            where="Où pouvons-nous vous envoyer des offres et des nouveautés ?",
            topics="Quels sujets vous intéressent ?",
            how_often="À quelle fréquence au maximum ?",
            as_it_comes="Dès qu'il y a du nouveau",
            daily="Une fois par jour",
            weekly="Une fois par semaine",
            monthly="Une fois par mois",
            birthday="Votre anniversaire",
            birthday_is_not_shown=(
                "À remplir uniquement pour l'indiquer ou le modifier. Pour votre protection, il n'est pas affiché ici."
            ),
            save="Enregistrer",
            saved="Vos choix sont enregistrés.",
            unsubscribed="Vous êtes désabonné",
            no_more="Vous ne recevrez plus de messages de ce type.",
            no_birthday="Cela ne peut pas être une date de naissance. Rien n'a été enregistré.",
            unreadable=(
                "Vos réponses n'ont pas pu être lues. Rien n'a été enregistré. Veuillez ouvrir le lien à nouveau."
            ),
            broken="Ce lien ne fonctionne pas",
            copy_all_of_it="Il est peut-être incomplet : veuillez le copier en entier depuis le message.",
            try_again="Veuillez réessayer",
            too_much="Une erreur s'est produite. Veuillez réessayer dans une minute.",
        ),
        Phrases(
            language="ga",
            unsubscribe="Díliostáil",
            preferences="Roghanna",
            why_this_message="Cén fáth a bhfuair mé an teachtaireacht seo?",
            email="Ríomhphost",
            sms="Teachtaireacht téacs",
            push="Aip",
            web="Suíomh gréasáin",
            marketing="Tairiscintí agus nuacht",
            transactional="Teachtaireachtaí faoi orduithe agus iarratais",
            stop="Cuir deireadh leis na teachtaireachtaí seo",
            where="Cá bhféadfaimid tairiscintí agus nuacht a sheoladh chugat?",
            topics="Cad ba mhaith leat a chloisteáil?",
            how_often="Cé chomh minic ar a mhéad?",
            as_it_comes="Aon uair a bhíonn rud éigin ann",
            daily="Uair sa lá",
            weekly="Uair sa tseachtain",
            monthly="Uair sa mhí",
            birthday="Do lá breithe",
            birthday_is_not_shown=(
                "Ná líon é seo ach chun é a insint dúinn nó a athrú. Ar mhaithe le do chosaint ní thaispeántar anseo é."
            ),
            save="Sábháil",
            saved="Tá do roghanna sábháilte.",
            unsubscribed="Tá tú díliostáilte",
            no_more="Ní bhfaighidh tú a thuilleadh teachtaireachtaí den chineál seo.",
            no_birthday="Ní féidir gur dáta breithe é seo. Níor sábháladh aon rud.",
            unreadable="Níorbh fhéidir do fhreagraí a léamh. Níor sábháladh aon rud. Oscail an nasc arís, le do thoil.",
            broken="Ní oibríonn an nasc seo",
            copy_all_of_it=(
                "B'fhéidir go bhfuil sé neamhiomlán: cóipeáil an nasc ar fad ón teachtaireacht, le do thoil."
            ),
            try_again="Bain triail eile as, le do thoil",
            too_much="Chuaigh rud éigin amú. Bain triail eile as i gceann nóiméid, le do thoil.",
        ),
        Phrases(
            language="it",
            unsubscribe="Annulla l'iscrizione",
            preferences="Preferenze",
            why_this_message="Perché ho ricevuto questo messaggio?",
            email="E-mail",
            sms="SMS",
            push="App",
            web="Sito web",
            marketing="Offerte e novità",
            transactional="Messaggi su ordini e richieste",
            stop="Non ricevere più questi messaggi",
            where="Dove possiamo inviarle offerte e novità?",
            topics="Di che cosa desidera avere notizie?",
            how_often="Con quale frequenza al massimo?",
            as_it_comes="Ogni volta che c'è qualcosa",
            daily="Una volta al giorno",
            weekly="Una volta alla settimana",
            monthly="Una volta al mese",
            birthday="Il suo compleanno",
            birthday_is_not_shown=(
                "Da compilare solo per comunicarlo o cambiarlo. Per la sua protezione non viene mostrato qui."
            ),
            save="Salva",
            saved="Le sue scelte sono salvate.",
            unsubscribed="L'iscrizione è annullata",
            no_more="Non riceverà più messaggi di questo tipo.",
            no_birthday="Questa non può essere una data di nascita. Non è stato salvato nulla.",
            unreadable=(
                "Non è stato possibile leggere le sue risposte. Non è stato salvato nulla. Apra di nuovo il link."
            ),
            broken="Questo link non funziona",
            copy_all_of_it="Forse è incompleto: lo copi per intero dal messaggio.",
            try_again="Provi di nuovo",
            too_much="Qualcosa è andato storto. Provi di nuovo tra un minuto.",
        ),
        Phrases(
            language="nl",
            unsubscribe="Afmelden",
            preferences="Voorkeuren",
            why_this_message="Waarom heb ik dit bericht gekregen?",
            email="E-mail",
            sms="Sms",
            push="App",
            web="Website",
            marketing="Aanbiedingen en nieuws",
            transactional="Berichten over bestellingen en verzoeken",
            stop="Deze berichten stoppen",
            where="Waar mogen we u aanbiedingen en nieuws sturen?",
            topics="Waarover wilt u iets horen?",
            how_often="Hoe vaak hoogstens?",
            as_it_comes="Zo vaak als er iets is",
            daily="Eén keer per dag",
            weekly="Eén keer per week",
            monthly="Eén keer per maand",
            birthday="Uw verjaardag",
            birthday_is_not_shown=(
                "Vul dit alleen in om het ons te vertellen of om het te wijzigen. "
                "Voor uw veiligheid staat het hier niet."
            ),
            save="Opslaan",
            saved="Uw keuzes zijn opgeslagen.",
            unsubscribed="U bent afgemeld",
            no_more="U krijgt geen berichten van deze soort meer.",
            no_birthday="Dit kan geen geboortedatum zijn. Er is niets opgeslagen.",
            unreadable="Uw antwoorden waren niet te lezen. Er is niets opgeslagen. Open de link nog een keer.",
            broken="Deze link werkt niet",
            copy_all_of_it="Misschien is hij niet compleet: kopieer hem helemaal uit het bericht.",
            try_again="Probeer het nog eens",
            too_much="Er ging iets mis. Probeer het over een minuut nog eens.",
        ),
        Phrases(
            language="pt",
            unsubscribe="Cancelar a subscrição",
            preferences="Preferências",
            why_this_message="Porque recebi esta mensagem?",
            email="E-mail",
            sms="SMS",
            push="Aplicação",
            web="Site",
            marketing="Ofertas e novidades",
            transactional="Mensagens sobre encomendas e pedidos",
            stop="Não receber mais estas mensagens",
            where="Onde podemos enviar-lhe ofertas e novidades?",
            topics="Que temas lhe interessam?",
            how_often="Com que frequência, no máximo?",
            as_it_comes="Sempre que houver algo",
            daily="Uma vez por dia",
            weekly="Uma vez por semana",
            monthly="Uma vez por mês",
            birthday="O seu aniversário",
            birthday_is_not_shown="Preencha só para o indicar ou alterar. Para sua proteção, não é mostrado aqui.",
            save="Guardar",
            saved="As suas escolhas foram guardadas.",
            unsubscribed="A sua subscrição foi cancelada",
            no_more="Não receberá mais mensagens deste tipo.",
            no_birthday="Isto não pode ser uma data de nascimento. Nada foi guardado.",
            unreadable="Não foi possível ler as suas respostas. Nada foi guardado. Abra a ligação de novo, por favor.",
            broken="Esta ligação não funciona",
            copy_all_of_it="Pode estar incompleta: copie-a toda da mensagem, por favor.",
            try_again="Tente de novo, por favor",
            too_much="Algo correu mal. Tente de novo dentro de um minuto, por favor.",
        ),
        Phrases(
            language="sv",
            unsubscribe="Avregistrera",
            preferences="Inställningar",
            why_this_message="Varför fick jag det här meddelandet?",
            email="E-post",
            sms="Sms",
            push="App",
            web="Webbplats",
            marketing="Erbjudanden och nyheter",
            transactional="Meddelanden om beställningar och ärenden",
            stop="Sluta skicka de här meddelandena",
            where="Var får vi skicka erbjudanden och nyheter till dig?",
            topics="Vad vill du höra om?",
            how_often="Hur ofta som mest?",
            as_it_comes="Så ofta det finns något",
            daily="En gång om dagen",
            weekly="En gång i veckan",
            monthly="En gång i månaden",
            birthday="Din födelsedag",
            birthday_is_not_shown=(
                "Fyll bara i för att berätta den eller ändra den. För din säkerhet visas den inte här."
            ),
            save="Spara",
            saved="Dina val är sparade.",
            unsubscribed="Du är avregistrerad",
            no_more="Du får inga fler meddelanden av det här slaget.",
            no_birthday="Det här kan inte vara ett födelsedatum. Inget sparades.",
            unreadable="Dina svar gick inte att läsa. Inget sparades. Öppna länken en gång till.",
            broken="Den här länken fungerar inte",
            copy_all_of_it="Den kan vara ofullständig: kopiera hela länken från meddelandet.",
            try_again="Försök igen",
            too_much="Något gick fel. Försök igen om en minut.",
        ),
        Phrases(
            language="tr",
            unsubscribe="Abonelikten çık",
            preferences="Tercihler",
            why_this_message="Bu mesajı neden aldım?",
            email="E-posta",
            sms="SMS",
            push="Uygulama",
            web="Web sitesi",
            marketing="Fırsatlar ve haberler",
            transactional="Siparişler ve talepler hakkında mesajlar",
            stop="Bu mesajları durdur",
            where="Size fırsatları ve haberleri nereden gönderebiliriz?",
            topics="Hangi konularda haber almak istersiniz?",
            how_often="En fazla ne sıklıkta?",
            as_it_comes="Haber oldukça",
            daily="Günde bir kez",
            weekly="Haftada bir kez",
            monthly="Ayda bir kez",
            birthday="Doğum gününüz",
            birthday_is_not_shown=(
                "Yalnızca bildirmek veya değiştirmek için doldurun. Güvenliğiniz için burada gösterilmez."
            ),
            save="Kaydet",
            saved="Tercihleriniz kaydedildi.",
            unsubscribed="Abonelikten çıktınız",
            no_more="Artık bu tür mesajlar almayacaksınız.",
            no_birthday="Bu bir doğum tarihi olamaz. Hiçbir şey kaydedilmedi.",
            unreadable="Yanıtlarınız okunamadı. Hiçbir şey kaydedilmedi. Lütfen bağlantıyı yeniden açın.",
            broken="Bu bağlantı çalışmıyor",
            copy_all_of_it="Eksik olabilir: lütfen mesajdan tamamını kopyalayın.",
            try_again="Lütfen yeniden deneyin",
            too_much="Bir şeyler ters gitti. Lütfen bir dakika sonra yeniden deneyin.",
        ),
    )
}


def phrases_of(*tags: str | None) -> Phrases:
    """The words of the first of these language tags that there are any of; else English.

    >>> phrases_of("de-AT").unsubscribe, phrases_of("pt_BR").preferences, phrases_of(None, "ja").preferences
    ('Abmelden', 'Preferências', 'Preferences')
    """
    languages = ((tag or "").replace("_", "-").partition("-")[0].lower() for tag in tags)
    return next((PHRASES[it] for it in languages if it in PHRASES), PHRASES["en"])


def accepted(header: str) -> list[str]:
    """The language tags of an ``Accept-Language``, the dearest first.

    >>> accepted("en;q=0.2, fr-CH, fi;q=0.9, *;q=0.1, de;q=0, garbage;;")
    ['fr-CH', 'fi', 'en']
    """
    found = [QUALITY.fullmatch(part.strip()) for part in header[:LONGEST_HEADER].split(",")]
    wanted = [(float(it["q"] or 1), it["tag"]) for it in found if it]
    return [tag for quality, tag in sorted(wanted, key=lambda it: -it[0]) if quality > 0]
