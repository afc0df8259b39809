using System.Text;

namespace MediaEngine.Sip;

/// <summary>
/// Canonical spellings, compact forms, and which headers are comma lists. A known header has an id; 0 is every other one.
/// </summary>
internal static class SipHeaderNames
{
    public const byte Unknown = 0;
    public const byte Via = 1;
    public const byte From = 2;
    public const byte To = 3;
    public const byte CallId = 4;
    public const byte CSeq = 5;
    public const byte ContentLength = 6;
    public const byte MaxForwards = 7;
    public const byte Contact = 8;
    public const byte RecordRoute = 9;
    public const byte Timestamp = 10;

    private const int Slots = 512;
    private const int LongestName = 32;

    // In the order of the ids; those that may occur once have ids below 64, bits of a mask.
    private static readonly (string Name, Shape Shape, char Compact)[] Known =
    [
        ("", Shape.Any, '\0'),
        ("Via", Shape.List, 'v'),
        ("From", Shape.Single, 'f'),
        ("To", Shape.Single, 't'),
        ("Call-ID", Shape.Single, 'i'),
        ("CSeq", Shape.Single, '\0'),
        ("Content-Length", Shape.Single, 'l'),
        ("Max-Forwards", Shape.Single, '\0'),
        ("Contact", Shape.List, 'm'),
        ("Record-Route", Shape.List, '\0'),
        ("Timestamp", Shape.Any, '\0'),
        ("Content-Type", Shape.Single, 'c'),
        ("Event", Shape.Single, 'o'),
        ("Refer-To", Shape.Single, 'r'),
        ("Referred-By", Shape.Single, 'b'),
        ("Session-Expires", Shape.Single, 'x'),
        .. Of(Shape.Single, "Expires", "SIP-If-Match", "SIP-ETag", "Min-SE", "RAck", "RSeq", "MIME-Version", "Replaces"),
        ("Content-Encoding", Shape.List, 'e'),
        ("Supported", Shape.List, 'k'),
        ("Subject", Shape.Any, 's'),
        ("Allow-Events", Shape.List, 'u'),
        ("Accept-Contact", Shape.List, 'a'),
        ("Reject-Contact", Shape.List, 'j'),
        ("Request-Disposition", Shape.List, 'd'),
        ("Identity", Shape.Any, 'y'),
        .. Of(Shape.List, "Route", "Accept", "Accept-Encoding", "Accept-Language", "Alert-Info", "Allow", "Call-Info",
            "Content-Language", "Error-Info", "In-Reply-To", "Path", "Service-Route", "P-Asserted-Identity",
            "P-Preferred-Identity", "P-Asserted-Service", "P-Preferred-Service", "P-Associated-URI", "Proxy-Require", "Require",
            "Unsupported", "Warning", "Reason", "History-Info", "Recv-Info", "Resource-Priority", "Accept-Resource-Priority",
            "Security-Client", "Security-Server", "Security-Verify", "Permission-Missing"),
        .. Of(Shape.Any, "Authorization", "WWW-Authenticate", "Proxy-Authorization", "Proxy-Authenticate", "Authentication-Info",
            "User-Agent", "Server", "Date", "Priority", "Organization", "Privacy", "Answer-Mode", "Priv-Answer-Mode",
            "P-Access-Network-Info", "P-Answer-State", "P-Charging-Vector", "Subscription-State", "Retry-After", "Min-Expires",
            "Content-Disposition", "Content-ID", "Content-Transfer-Encoding", "Info-Package", "Target-Dialog", "Refer-Sub"),
    ];

    private static readonly ulong Singles = Known.Index().Where(known => known.Item.Shape == Shape.Single).Aggregate(0UL, (mask, known) => mask | 1UL << known.Index);
    private static readonly byte[][] Prefixes = [.. Known.Select(known => Encoding.ASCII.GetBytes(known.Name + ": "))];
    private static readonly byte[] Table = BuildTable();
    private static readonly byte[] CompactForms = BuildCompactForms();

    private enum Shape
    {
        Any,

        /// <summary>A comma list.</summary>
        List,

        /// <summary>May occur once at most.</summary>
        Single,
    }

    public static byte IdOf(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 1)
            return name.Length == 1 && name[0] < CompactForms.Length ? CompactForms[name[0]] : Unknown;
        for (int slot = SlotOf(name); Table[slot] is not Unknown and byte id; slot = (slot + 1) % Slots)
        {
            ReadOnlySpan<byte> known = Prefixes[id].AsSpan()[..^2];
            if (name.SequenceEqual(known) || Ascii.EqualsIgnoreCase(name, known))
                return id;
        }
        return Unknown;
    }

    public static byte IdOf(ReadOnlySpan<char> name)
    {
        Span<byte> octets = stackalloc byte[LongestName];
        return name.Length <= LongestName && Ascii.FromUtf16(name, octets, out int length) == System.Buffers.OperationStatus.Done
            ? IdOf(octets[..length])
            : Unknown;
    }

    /// <summary>Long form with its usual spelling. Not for <see cref="Unknown"/>.</summary>
    public static string NameOf(byte id) => Known[id].Name;

    /// <summary>The name with colon and space, as it is written.</summary>
    public static ReadOnlySpan<byte> PrefixOf(byte id) => Prefixes[id];

    public static bool IsList(byte id) => Known[id].Shape == Shape.List;

    /// <summary>True when the header may occur once at most.</summary>
    public static bool IsSingle(byte id) => id < 64 && (Singles >> id & 1) != 0;

    private static IEnumerable<(string Name, Shape Shape, char Compact)> Of(Shape shape, params string[] names) =>
        names.Select(name => (name, shape, '\0'));

    private static int SlotOf(ReadOnlySpan<byte> name) =>
        (int)((uint)(name.Length * 61 + (name[0] | 0x20) * 7 + (name[name.Length / 2] | 0x20) * 13 + (name[^1] | 0x20) * 3) % Slots);

    private static byte[] BuildTable()
    {
        byte[] table = new byte[Slots];
        for (int id = 1; id < Known.Length; id++)
        {
            int slot = SlotOf(Prefixes[id].AsSpan()[..^2]);
            while (table[slot] != Unknown)
                slot = (slot + 1) % Slots;
            table[slot] = (byte)id;
        }
        return table;
    }

    private static byte[] BuildCompactForms()
    {
        byte[] forms = new byte[128];
        for (int id = 1; id < Known.Length; id++)
        {
            if (Known[id].Compact is not '\0' and char compact)
                forms[compact] = forms[compact - 0x20] = (byte)id;
        }
        return forms;
    }
}
