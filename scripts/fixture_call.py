"""The call that the tests' fixtures are of: written for them, in Traditional Chinese and English. No such company exists."""

from __future__ import annotations

TITLE = "海岳機器人 2025 年第三季業績電話會紀要"
BYLINE = "港灣財訊 2025-11-12 09:15"
HEADER, FOOTER = "海岳機器人 業績電話會", "港灣財訊 版權所有"

#: (kind, text): p paragraph, h heading, s speaker line, l list item, t table.
CALL: list[tuple[str, str | list[list[str]]]] = [
    ("p", "海岳機器人公布第三季業績,收入與訂單都創下新高,管理層同時上調全年指引。以下為電話會的紀要。"),
    ("h", "管理層發言"),
    ("s", "主持人"),
    ("p", "各位早安,歡迎參加海岳機器人的業績電話會。發言之後是提問時間。"),
    ("s", "海岳機器人管理層"),
    ("p", "第三季總收入為 86.4 億元,同比增長 21%。淨利潤為 9.8 億元,同比增長 34%,主要是因為減速器改為自製,成本下降。"),
    ("p", "倉儲機器人業務收入 52.3 億元,佔總收入的六成。歐洲客戶的訂單增長最快,本季新簽了四個港口的自動化項目,合同總額超過 17 億元。"),
    ("p", "手術機器人仍在投入期。我們在本季完成了第一百例臨床試驗,預計明年第二季遞交註冊申請,後年開始貢獻收入。"),
    ("p", "研發費用為 11.6 億元,佔收入的 13.4%。新增的人手集中在視覺演算法與電池管理兩個團隊,年底前還會再招聘三百名工程師。"),
    ("p", "本季的資本開支為 6.5 億元,用途有三項:"),
    ("l", "崑山二廠的廠房與生產線,佔 4.1 億元。"),
    ("l", "減速器的精密磨床,佔 1.7 億元。"),
    ("l", "其餘用於訓練模型的伺服器。"),
    ("p", "各項業務的收入如下表:"),
    (
        "t",
        [
            ["業務", "2025年第三季", "2024年第三季"],
            ["倉儲機器人", "52.3億元", "41.0億元"],
            ["協作機械臂", "27.9億元", "24.8億元"],
            ["售後服務", "6.2億元", "5.6億元"],
        ],
    ),
    ("s", "Hannah Reed (Chief Financial Officer)"),
    (
        "p",
        "Gross margin was 38.2%, up 2.6 points from a year ago. Operating cash flow reached RMB 1.24 billion, and we ended "
        "the quarter with net cash of RMB 5.3 billion.",
    ),
    (
        "p",
        "We are raising our full-year revenue guidance to a range of RMB 33.0 billion to 34.5 billion. The weaker yen lowered "
        "our costs for servo motors, and we have hedged about 70% of next year's exposure.",
    ),
    ("h", "問答環節"),
    ("s", "來自花旗的提問者"),
    ("p", "請問歐洲港口項目的毛利率如何?另外,競爭對手最近降價,你們會不會跟進?"),
    ("s", "管理層回答"),
    ("p", "港口項目的毛利率大約是 31%,低於公司平均,因為土建工程由我們代管。軟件續約之後,毛利率會逐年提高。"),
    ("p", "我們不打算跟隨降價。客戶最在意的是停機時間,而我們的平均無故障時間已經達到九千小時。"),
    ("s", "來自摩根士丹利的提問者"),
    ("p", "想了解崑山二廠的進度,以及投產之後的產能。"),
    ("s", "管理層回答"),
    ("p", "崑山二廠的主體結構已經封頂,設備在春節後進場,計劃明年六月投產。滿產之後每年可以生產兩萬四千台機器人,是現在的兩倍。"),
    ("s", "來自瑞銀的提問者"),
    ("p", "Could you talk about the labour agreement and what it means for wages next year?"),
    ("s", "Hannah Reed (Chief Financial Officer)"),
    (
        "p",
        "We signed a three-year agreement with the union in September. Wages will rise by 4.5% next year, and overtime is "
        "capped at thirty hours a month.",
    ),
    ("s", "來自瑞銀的提問者"),
    ("p", "謝謝。最後想問派息政策會不會改變?"),
    ("s", "管理層回答"),
    ("p", "董事會決定把派息比率由 25% 提高到 35%,並且在未來十二個月回購不超過 8 億元的股份。"),
    ("p", "至於分拆手術機器人單獨上市,目前沒有時間表,我們會在完成註冊之後再評估。"),
    ("h", "免責聲明"),
    ("p", "本文由記者整理,僅供參考,不構成任何投資建議。"),
]  # fmt: skip

#: English paragraphs for two columns; a tilde is a soft hyphen.
COLUMNS = [
    "Operator: Good morning, and welcome to the call of Harbour Robots. All lines are muted until the questions begin.",
    "Ann Poe (Chief Executive Officer): Our ware~house busi~ness grew by nine~teen percent in the quar~ter. Demand for auto~ma~tion "
    "re~mains strong, be~cause la~bour is scarce and wages keep ris~ing in every market that we serve.",
    "We opened a factory in Gdansk in April. It employs four hun~dred people and will reach full pro~duc~tion be~fore the "
    "end of the year, a quar~ter ear~lier than we had planned when the ground was broken.",
    "Bob Roe (Chief Financial Officer): Gross margin was 41.3 percent. Cap~i~tal ex~pend~i~ture came to 2.1 bil~lion dol~lars, "
    "most of it for ma~chine tools. We keep our full-year guid~ance, and we will re~view the div~i~dend in Octo~ber.",
    "In~vent~ory fell for the third quar~ter in a row. Sup~pli~ers de~liver on time again, so that we no longer hold "
    "more than six weeks of bear~ings and mo~tors, half of what we held two years ago.",
    "Ann Poe (Chief Executive Officer): Let me close with our peo~ple. Turn~over among en~gin~eers fell to six per~cent, "
    "and two thou~sand ap~plic~ants com~peted for eighty places in our train~ing pro~gramme.",
]
