using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>The keys of a user whose endpoint is a plain SIP telephone.</summary>
internal static class PlainSipSection
{
    /// <summary>Null for a user with MCPTT clients, who has none of the keys.</summary>
    public static PlainSipProfile? Read(YamlSection user)
    {
        switch (user.Optional("client"))
        {
            case null or "mcptt":
                return null;
            case "plain-sip":
                break;
            case { } other:
                throw user.Wrong("client", $"'{other}' is neither mcptt nor plain-sip");
        }
        var defaults = new PlainTalkPolicy();
        string digit = user.Optional("talk-digit") ?? defaults.Digit.ToString();
        if (digit.Length != 1 || !PlainTalkPolicy.IsDigit(digit[0]))
            throw user.Wrong("talk-digit", $"'{digit}' is not a key of a telephone: 0-9, \"*\", \"#\" or A-D, quoted");
        return new PlainSipProfile
        {
            Talk = defaults with
            {
                Mode = Choice(user, "talk", defaults.Mode, ("never", PlainTalkMode.Never), ("voice-activity", PlainTalkMode.VoiceActivity), ("digit", PlainTalkMode.Digit)),
                Digit = digit[0],
                DigitMode = Choice(user, "digit-mode", defaults.DigitMode, ("toggle", TalkDigitMode.Toggle), ("hold", TalkDigitMode.Hold)),
                VoiceThreshold_dBov = -user.Integer("voice-threshold", -defaults.VoiceThreshold_dBov, 0, 127),
                VoiceAttack = user.Seconds("voice-attack", defaults.VoiceAttack, 0, 1),
                VoiceHangover = user.Seconds("voice-hangover", defaults.VoiceHangover, 0.1, 10),
            },
            Security = Choice(user, "security", PlainSecurity.Preferred, ("preferred", PlainSecurity.Preferred), ("required", PlainSecurity.Required), ("none", PlainSecurity.None)),
            Digest = Choice(user, "digest", DigestOffer.Md5First, ("any", DigestOffer.Md5First), ("md5", DigestOffer.Md5Alone)),
            AffiliatedGroups = user.Values("affiliate"),
        };
    }

    private static T Choice<T>(YamlSection section, string key, T missing, params (string Name, T Value)[] choices)
    {
        if (section.Optional(key) is not { } text)
            return missing;
        foreach ((string name, T value) in choices)
        {
            if (name == text)
                return value;
        }
        throw section.Wrong(key, $"'{text}' is none of {string.Join(", ", choices.Select(choice => choice.Name))}");
    }
}
