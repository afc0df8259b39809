namespace MediaEngine.Sip;

/// <summary>What must hold of a message's headers before anybody works with it (RFC 3261 8.1.1, 20). Allocates nothing usually.</summary>
internal ref struct SipHeadRules
{
    private readonly SipHeadText _head;
    private ulong _seen;
    private bool _anyVia;
    private bool _topViaIsReadable;

    public SipHeadRules(SipHeadText head) => _head = head;

    /// <summary>The way back is known: a fault can be answered.</summary>
    public readonly bool TopViaIsReadable => _topViaIsReadable;

    /// <summary>Null when there is none or it is faulty.</summary>
    public int? ContentLength { get; private set; }

    /// <param name="method">The request's; null for a response.</param>
    public bool Check(ReadOnlySpan<SipHeaderEntry> entries, string? method)
    {
        bool good = true;
        foreach (ref readonly SipHeaderEntry entry in entries)
        {
            if (entry.Id == SipHeaderNames.Unknown)
                continue;
            if (SipHeaderNames.IsSingle(entry.Id))
            {
                good &= !Has(entry.Id);
                _seen |= 1UL << entry.Id;
            }
            good &= Check(entry, method);
        }
        return good && _topViaIsReadable && Has(SipHeaderNames.From) && Has(SipHeaderNames.To) && Has(SipHeaderNames.CallId) &&
            Has(SipHeaderNames.CSeq);
    }

    private readonly bool Has(byte id) => (_seen & (1UL << id)) != 0;

    private bool Check(in SipHeaderEntry entry, string? method)
    {
        switch (entry.Id)
        {
            case SipHeaderNames.Via:
                return CheckVias(_head.ValueOf(entry));
            case SipHeaderNames.Contact:
                return CheckContacts(_head.ValueOf(entry));
            case SipHeaderNames.From or SipHeaderNames.To:
                return NameAddressText.IsValid(_head.ValueOf(entry));
            case SipHeaderNames.CallId:
                ReadOnlySpan<byte> callId = entry.ValueIn(_head.Octets);
                return callId.Length > 0 && !callId.ContainsAnyInRange((byte)0, (byte)' ') && !callId.Contains((byte)127);
            case SipHeaderNames.CSeq:
                return SipMessage.TryCutCSeq(_head.ValueOf(entry), out _, out ReadOnlySpan<char> sequenced) &&
                    (method is null || sequenced.SequenceEqual(method));
            case SipHeaderNames.MaxForwards:
                return SipSyntax.TryParseNumber(_head.ValueOf(entry), 255, out _);
            case SipHeaderNames.ContentLength:
                bool good = SipSyntax.TryParseNumber(_head.ValueOf(entry), int.MaxValue, out uint length);
                ContentLength = good ? (int)length : null;
                return good;
            default:
                return true;
        }
    }

    private bool CheckVias(ReadOnlySpan<char> text)
    {
        bool good = !text.IsEmpty || _anyVia;
        while (SipSyntax.TryTakeElement(ref text, out ReadOnlySpan<char> element))
        {
            bool readable = SipViaText.TryCut(element, out SipViaText via);
            if (!_anyVia)
                _topViaIsReadable = readable && good;
            _anyVia = true;
            good &= readable && via.IsVersion2;
        }
        return good;
    }

    private static bool CheckContacts(ReadOnlySpan<char> text)
    {
        while (SipSyntax.TryTakeElement(ref text, out ReadOnlySpan<char> element))
        {
            if (element is not "*" && !NameAddressText.IsValid(element))
                return false;
        }
        return true;
    }
}
