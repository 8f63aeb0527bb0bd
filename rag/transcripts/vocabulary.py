"""The words that tell who speaks: roles, titles, houses, and words that are never names.

Traditional and Simplified forms are listed side by side, so that no conversion is needed to read a label.
"""

from __future__ import annotations

import re


def _words(text: str, separator: str | None = "|") -> frozenset[str]:
    return frozenset(text.split(separator))


#: Labels that are a role and nothing else; the key is compared in lower case.
OPERATOR_LABELS = _words(
    "operator|moderator|conference operator|coordinator|call operator|host|facilitator|主持人|接線員|接线员|"
    "操作員|操作员"
    "|會議主持人|会议主持人|會議主持|会议主持|電話會議主持人|电话会议主持人|話務員|话务员|司儀|司仪"
)
MANAGEMENT_LABELS = _words(
    "management|executive|executives|company representative|company speaker|corporate representative"
    "|unidentified company representative|unidentified company speaker|unidentified executive|company executive"
    "|management team|unknown executive|chair|chairman|chairwoman|chairperson|高管|公司高管|公司|公司代表|公司方面"
)
ANALYST_LABELS = _words(
    "analyst|analysts|investor|unidentified analyst|unknown analyst|unidentified participant|questioner"
    "|unidentified questioner|unidentified audience member|audience member|caller"
)
UNKNOWN_LABELS = _words("unidentified speaker|unknown speaker|unknown attendee|unidentified")

#: Words that end a Chinese label and name a side: [house] + word + [what they do].
ZH_MANAGEMENT = "管理層|管理层|管理團隊|管理团队"
ZH_ANALYST = "提問者|提问者|提問人|提问人|分析師|分析师|分析員|分析员|研究員|研究员|投資者提問|投资者提问"
#: Who else asks at an event; where nobody answers, they may be items of a list.
ZH_AUDIENCE = "來賓|来宾|嘉賓|嘉宾|小股東|小股东|股東代表|股东代表|投資人|投资人|投資者|投资者|股東|股东|記者|记者|媒體|媒体|觀眾|观众|聽眾|听众"
#: How sentences begin that end in 管理層 or 分析師 before a colon.
NOT_A_HOUSE = re.compile(
    r"以下|下面|針對|针对|對|对|關於|关于|根據|根据|據|据|請|请|由|向|當|当|在|就|而|但|並|并|如|包括|出席|與會|与会|參會|参会"
    r"|感謝|感谢|以上|問|问|.*[的了是]"
)
#: Which of several: 分析師2, 提問者甲, Analyst A, Executive #1.
WHICH = r"\s*(?:[0-9]{1,2}|[A-Z]|[甲乙丙丁戊一二三四五六七八九十])"
#: Speakers who are only counted.
SPEAKER_NUMBER = re.compile(
    r"Speaker[ _](?:\d{1,2}|[A-Z])|(?:發言人|发言人|講者|讲者|說話人|说话人|說話者|说话者)\s*(?:\d{1,2}|[A-Z])",
    re.IGNORECASE,
)
#: What a side does, as labels write it. 表示, 指出 and their like are left out: they introduce reported speech.
ZH_DEEDS = "回答|回復|回复|回應|回应|答覆|答复|答|提問|提问|追問|追问|問|问|補充|补充|發言|发言"

ZH_TITLE = (
    "首席[一-鿿]{1,6}官|(?:聯席|联席|名譽|名誉|榮譽|荣誉)?(?:董事會|董事会)?(?:副)?主席|(?:執行|执行|高級|高级|"
    "資深|资深)?副?(?:總裁|总裁)"
    "|行政總裁|行政总裁|董事長|董事长|副?(?:總經理|总经理)|(?:財務|财务|運營|运营|技術|技术|投資者關係|"
    "投资者关系)?(?:總監|总监)"
    "|(?:執行|执行|獨立|独立|非執行|非执行)?董事|投資者關係(?:主管|負責人|部)?|投资者关系(?:主管|负责人|部)?|"
    "(?:聯合|联合)?(?:創始人|创始人|創辦人|创办人)"
    "|(?:財務|财务|營運|营运|運營|运营|執行|执行|技術|技术|策略|行銷|资讯|資訊|法務|法务)長|(?:財務|财务|運營|运营)长|(?:資深|资深)?副總|協理|處長"
    "|(?:代理|公司)(?:發言人|发言人)"
    "|合夥人|合伙人|董事會秘書|董事会秘书|董秘|負責人|负责人|財務主管|财务主管|(?<![A-Za-z])(?:CEO|CFO|COO|CTO|CSO|CMO|CIO|CPO|IR|VP)(?![A-Za-z])"
)
EN_TITLE = (
    r"C[EFOTSMIPARL]O|Chief\b.{1,40}?\bOfficer|(?:Co-)?Chief Executive|Chief (?:Economist|Scientist|Strategist|"
    r"of Staff)"
    r"|President|Chair(?:man|woman|person)?|[ES]?VP|Director|Head of|Treasurer|(?:Co-)?Founder|Investor Relations|IR"
    r"|General Manager|Controller|Corporate Secretary|General Counsel|Managing Partner|Finance Director|Executive"
)
EN_ANALYST = r"Analysts?|Equity Research|Research Associate"

#: Houses whose analysts ask on calls.
HOUSES_EN = (
    r"Goldman(?: Sachs)?|Morgan Stanley|J\.?\s?P\.?\s?Morgan(?: Chase)?|Citi(?:group|bank)?|UBS|Jefferies|"
    r"Bank of America"
    r"|BofA|Merrill(?: Lynch)?|Barclays|HSBC|Nomura|CLSA|Credit Suisse|Deutsche(?: Bank)?|(?:Sanford C\. )?Bernstein"
    r"|Macquarie|Daiwa|Mizuho|CICC|CITIC|Evercore(?: ISI)?|Wells Fargo|RBC|Raymond James|Piper Sandler|Oppenheimer"
    r"|(?:TD )?Cowen|Stifel|KeyBanc|Needham|Wedbush|Truist|Guggenheim|BNP Paribas|Exane|Huatai|Haitong|BMO|Scotiabank"
    r"|CIBC|Baird|William Blair|Wolfe Research|Redburn|Arete|Rosenblatt|MoffettNathanson|Susquehanna|"
    r"Canaccord(?: Genuity)?"
    r"|BTIG|DBS|Benchmark|New Street|86Research|Loop Capital|Santander|Berenberg|Lazard|Janney|Northland|Craig-Hallum"
)
HOUSES_ZH = (
    "花旗|中金公司|國泰海通|国泰海通|中信建投|中信里昂|申萬宏源|申万宏源|滙豐|摩根大通|摩根士丹利|大摩|小摩|高盛|瑞銀|瑞银|瑞信|傑弗瑞|杰弗瑞|傑富瑞|杰富瑞|富瑞|美銀|美银|美林|"
    "巴克萊|巴克莱|匯豐|汇丰"
    "|野村|里昂|德銀|德银|德意志|伯恩斯坦|麥格理|麦格理|大和|瑞穗|中金|中信|中銀|中银|華泰|华泰|海通|廣發|广发|"
    "國泰君安|国泰君安|招商|交銀|交银"
    "|國信|国信|興業|兴业|東方|东方|光大|星展|法巴|奧本海默|奥本海默|建銀|建银|工銀|工银|農銀|农银|申萬|申万|"
    "天風|天风|浙商|國金|国金|凱基|凯基|元大|群益|永豐金|元富"
)
_HOUSE_EN_TAIL = (
    r"(?:Securities|Capital(?: Markets)?|Research|Bank(?:ing)?|Partners|Markets|Asset Management|Investments?|Advisors)"
)
#: How a Chinese house's name ends: by itself, and beside a person's name or behind a known house's.
_ZH_HOUSE = "證券|证券|銀行|银行|資本|资本"
_ZH_LIKE_A_HOUSE = (
    "投資|投资|資產管理|资产管理|資管|资管|資產|资产|私募|投研|基金|研究|研究所|期貨|期货|投行|投顧|投顾|金控|"
    "國際|国际|亞洲|亚洲"
)

HOUSE = re.compile(
    rf"(?:(?:{HOUSES_EN})\b.{{0,30}}|[A-Z].{{0,40}}\b{_HOUSE_EN_TAIL}\b.{{0,20}}"
    rf"|(?:{HOUSES_ZH})(?:{_ZH_HOUSE}|{_ZH_LIKE_A_HOUSE}|集團|集团)?|[一-鿿]{{2,8}}(?:{_ZH_HOUSE}))"
)

#: Beside a person's name this tells an analyst.
HOUSE_ENDS = re.compile(rf"[一-鿿]{{2}}(?:{_ZH_HOUSE}|{_ZH_LIKE_A_HOUSE})$")

#: Words that never stand in a person's name: a label with one of them is a heading, a figure or a list.
NOT_IN_NAMES = _words(
    "a an and are as at by for from here how in is it its my next no not of on or our so that the there these thi"
    "s those"
    " to today tomorrow total two three first second third we what when where which who why with you your following"
    " adjusted advertising appendix assets average balance billion business capex capital cash category chart clo"
    "ud cost"
    " costs customers data date debt disclaimer dividend duration earnings ebitda editor email equity example exa"
    "mples"
    " expenses figure finally financial fiscal flow games gaming growth guidance half highlight highlights ticker"
    " important"
    " income interest item items key likewise link location loss margin margins market marketing media million mo"
    "del net"
    " note notes number operating operations outlook overview page participants phone points priorities product"
    " products profit quarter question questions answer answers ratio reminder remember report results revenue re"
    "venues"
    " rate risk sales segment segments service services share shares slide source sources subject summary table tax"
    " takeaways tel time title topic traffic update users value volume warning website year years gross free paid"
    " however additionally moreover also but yes conclusion strategy technology international domestic region"
    " africa america americas apac asia emea europe kingdom latin pacific"
    " safe harbor harbour key forward statements q1 q2 q3 q4 fy http https ps tip published updated author reporter transcript call conference",
    None,
)
#: Chinese words that begin with a surname's character, or that stand before a colon, and name nobody.
ZH_NOT_NAMES = _words(
    "包括|包含|其中|備註|备注|註|注|來源|来源|資料來源|资料来源|編輯|编辑|作者|記者|记者|時間|时间|日期|地點|"
    "地点|原文|標題|标题|摘要|收入|利潤"
    "|利润|成本|毛利|例如|比如|另外|首先|其次|最後|最后|總結|总结|展望|方面|方法|方向|方案|高毛利|高端|高管|金融|"
    "金融科技|金額|金额|黃金|黄金|石油|白酒|江蘇|江苏"
    "|謝謝|谢谢|謝謝你|谢谢你|謝謝您|谢谢您|謝謝大家|谢谢大家|項目|项目|程序|程度|周期|周邊|周边|何時|何时|何以|"
    "夏季|馬上|马上|于是|於是|任務|任务|余額|余额|路線|路线|路徑|路径"
    "|文檔|文档|文化|文章|單價|单价|單位|单位|計算|计算|萬元|万元|全年|全球|應用|应用|應對|应对|支付|成果|成績|"
    "成绩|溫馨提示|温馨提示|許多|许多|解決方案|解决方案|明年|景氣|景气"
    "|莫非|梅雨|賀詞|贺词|龍頭|龙头|姚明|史上|陶瓷|水電|水电|易用性|雷達|雷达|湯料|汤料|常見|常见|常青|武漢|武汉|"
    "連續|连续|艾滋|樂觀|乐观|房地產|房地产|賴以|赖以|常規|常规|常態|常态|常年|區域|区域|區間|区间|區塊|区块|區塊鏈|区块链|樓市|楼市"
    "|樓盤|楼盘|廉價|廉价|浦東|浦东|浦發|浦发|惠州|惠民|惠及|封裝|封装|封測|封测|封面|封關|封关|貝殼|贝壳|茅台|荊州|荆州"
)
#: First characters of the commonest Chinese family names, and the compound ones.
SURNAMES = frozenset(
    "王李張张劉刘陳陈楊杨黃黄趙赵吳吴周徐孫孙馬马朱胡郭何高林羅罗鄭郑梁謝谢宋唐許许韓韩馮冯鄧邓曹彭曾肖蕭萧田董袁"
    "潘于於蔣蒋蔡余杜葉叶程蘇苏魏呂吕丁任沈姚盧卢姜崔鍾钟"
    "譚谭陸陆汪范範石廖賈贾夏韋韦付方白鄒邹孟熊秦邱江尹薛閻阎段雷侯龍龙史陶黎賀贺顧顾毛郝龔龚邵萬万錢钱嚴严覃武戴"
    "莫孔向湯汤金温溫洪季施康文牛樊葛邢安齊齐易喬乔伍龐庞"
    "顏颜倪莊庄聶聂章魯鲁岳翟殷詹申歐欧耿關关蘭兰焦俞左柳甘祝包寧宁尚符舒阮柯紀纪梅童凌畢毕單单季裴霍涂成苗谷盛曲"
    "翁冉駱骆藍蓝路游辛靳管柴蒙鮑鲍華华喻祁蒲房滕屈饒饶解牟艾尤"
    "陽阳時时穆農农司卓古吉繆缪簡简車车項项連连蘆芦麥麦褚婁娄竇窦戚岑景黨党宮宫費费卜冷晏席衛卫米柏宗瞿桂全佟應应"
    "臧閔闵苟鄔邬邊边卞姬師师和仇欒栾隋商刁沙榮荣巫寇桑郎甄叢丛"
    "仲虞敖鞏巩明佘池查麻苑遲迟鄺邝溥談谈匡傅常區区闫鄢諶谌奚冼藺蔺樓楼郜闞阚屠廉狄晁芮浦戈雍辜裘邰赫茹亢嵇檀郁胥荊荆燕楚粟"
    "冀鞠惠封貝贝竺酈郦郗昝扈束茅"
)
COMPOUND_SURNAMES = (
    "歐陽",
    "欧阳",
    "司馬",
    "司马",
    "上官",
    "諸葛",
    "诸葛",
    "司徒",
    "東方",
    "东方",
    "獨孤",
    "独孤",
    "皇甫",
    "尉遲",
    "尉迟",
)
#: Lower-case words inside Western names.
NAME_PARTICLES = _words("de da di del della der den du la le van von bin al el ten ter dos das", None)
#: Lower-case words inside English titles.
TITLE_PARTICLES = _words("of and for the to at in & / de", None)
