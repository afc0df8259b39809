using System.Globalization;
using System.Net;

namespace MediaEngine.Sip;

/// <summary>How messages find their transaction (RFC 3261 17.1.3, 17.2.3) and responses their way back (18.2.2, RFC 3581).</summary>
internal static class SipTransactionKeys
{
    private const int LongestAddress_chars = 64;

    public static string ForClient(string branch, string method) => branch + "|" + method;

    /// <summary>Branch, sent-by and method; without the cookie the fields of RFC 2543. ACK and CANCEL can ask for their INVITE's.</summary>
    public static UInt128 ForServer(KeyedHash hash, SipRequest request, in SipViaText via, string method)
    {
        ReadOnlySpan<char> branch = via.Branch;
        if (!SipVia.IsMagic(branch))
            hash.Add("2543").Add(request.CallId).Add(request.From?.Tag).Add(request.CSeq.Number);
        return hash.Add(branch).AddLower(via.Host).Add((uint)via.Port).Add(method).Take();
    }

    /// <summary>Null for requests within a dialog.</summary>
    public static UInt128? ForMerge(KeyedHash hash, SipRequest request)
    {
        Span<char> room = stackalloc char[SipHeaders.UsualText_chars];
        if (!NameAddressText.TryCut(request.Headers.TextOf(SipHeaderNames.To, room), out NameAddressText to) || to.Tag.Length > 0 ||
            !NameAddressText.TryCut(request.Headers.TextOf(SipHeaderNames.From, room), out NameAddressText from) || from.Tag.Length == 0)
            return null;
        hash.Add(from.Tag).Add(request.Headers.TextOf(SipHeaderNames.CallId, room));
        SipMessage.TryCutCSeq(request.Headers.TextOf(SipHeaderNames.CSeq, room), out uint number, out ReadOnlySpan<char> method);
        return hash.Add(number).Add(method).Take();
    }

    /// <summary>The ACK for a 2xx has its own branch: dialog and CSeq tell which 2xx it is for.</summary>
    public static string ForAck(SipMessage message) =>
        $"{message.CallId}|{message.From?.Tag}|{message.To?.Tag}|{message.CSeq.Number}";

    /// <summary>The dialog of a message that the UAS of its INVITE sends: a response to it, or a request.</summary>
    public static string ForDialogOfServer(SipMessage message) => message is SipRequest
        ? $"{message.CallId}|{message.To?.Tag}|{message.From?.Tag}"
        : $"{message.CallId}|{message.From?.Tag}|{message.To?.Tag}";

    /// <summary>Writes received and rport into the top Via of a request that came over the flow.</summary>
    public static void StampVia(SipRequest request, in SipViaText via, SipFlow flow)
    {
        Span<char> source = stackalloc char[LongestAddress_chars];
        flow.Remote.Address.TryFormat(source, out int length);
        source = source[..length];
        bool isElsewhere = via.HasRPort || !via.Host.Trim("[]").Equals(source, StringComparison.OrdinalIgnoreCase);
        if ((!isElsewhere && !via.HasReceived) || request.TopVia is not { } stamped)
            return;
        if (via.HasRPort)
            stamped.Parameters.Set("rport", flow.Remote.Port.ToString(CultureInfo.InvariantCulture));
        if (isElsewhere)
            stamped.Parameters.Set("received", source.ToString());
        else
            stamped.Parameters.Remove("received");
        request.Headers.ReplaceFirst("Via", stamped.ToString());
    }

    /// <summary>
    /// Down the flow; when that is gone, or over UDP without rport, to the source address and the sent-by port. Never to a host
    /// the sender merely names.
    /// </summary>
    public static SipDestination ForResponse(in SipViaText via, SipFlow flow)
    {
        int port = via.Port == 0 ? 5060 : via.Port;
        return (flow.Transport == SipTransportKind.Udp && via.HasRPort) || port == flow.Remote.Port
            ? new SipDestination(flow.Transport, flow.Remote, flow)
            : new SipDestination(flow.Transport, new IPEndPoint(flow.Remote.Address, port), flow);
    }
}
