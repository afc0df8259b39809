using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>What one Contact of a REGISTER asks for.</summary>
internal struct WantedBinding
{
    private const int MaxInstance_characters = 256;
    private SipUri? _uri;

    /// <summary>The URI as it stands in a <see cref="SipBinding"/>.</summary>
    public required string Contact { get; init; }

    public SipUri Uri => _uri ??= SipUri.TryParse(Contact, out SipUri? uri) ? uri : throw new InvalidOperationException("A contact was not checked.");

    /// <summary>The <c>expires</c> parameter as written.</summary>
    public string? Expires { get; init; }

    /// <summary>Zero = it shall be removed.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>In thousandths.</summary>
    public required int Preference { get; init; }

    /// <summary><c>+sip.instance</c> without quotes.</summary>
    public string? Instance { get; init; }

    /// <summary>0 = none.</summary>
    public int RegId { get; init; }

    /// <summary>False for what is no SIP URI.</summary>
    /// <param name="live">What is bound: who refreshes a contact mostly says no more than it, and then there is nothing to parse.</param>
    public static bool TryRead(string value, List<SipBinding> live, out WantedBinding wanted)
    {
        foreach (SipBinding binding in live)
        {
            if (value is not ['<', .., '>'] || !value.AsSpan(1, value.Length - 2).SequenceEqual(binding.Contact))
                continue;
            wanted = new WantedBinding { Contact = binding.Contact, Preference = PreferenceOf(null) };
            return true;
        }
        wanted = default;
        if (!NameAddress.TryParse(value, out NameAddress? contact) || !(contact.Uri.IsSip || contact.Uri.IsTel))
            return false;
        SipUri uri = contact.Uri.AsRequestUri();
        wanted = new WantedBinding
        {
            _uri = uri,
            Contact = uri.ToString(),
            Expires = contact.Parameters["expires"],
            Preference = PreferenceOf(contact.Parameters["q"]),
            Instance = InstanceOf(contact),
            RegId = SipSyntax.TryParseNumber(contact.Parameters["reg-id"], int.MaxValue, out uint id) ? (int)id : 0,
        };
        return true;
    }

    private static int PreferenceOf(string? text) =>
        text is { Length: > 0 and <= 5 } && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal q) && q <= 1
            ? (int)(q * 1000)
            : 1000;

    private static string? InstanceOf(NameAddress contact) =>
        contact.Parameters["+sip.instance"] is { Length: > 2 and <= MaxInstance_characters } value && SipSyntax.Unquote(value) is { Length: > 0 } instance
            ? instance
            : null;
}
