using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>The state of one dialog (RFC 3261 12): tags, sequence numbers, route set, remote target. Pure.</summary>
public sealed class SipDialog
{
    private readonly NameAddress _local;
    private readonly NameAddress _remote;
    private readonly IReadOnlyList<string> _routeSet;
    private uint _localCSeq;
    private uint? _remoteCSeq;

    private SipDialog(string callId, NameAddress local, NameAddress remote, SipUri remoteTarget, IReadOnlyList<string> routeSet)
    {
        CallId = callId;
        _local = local;
        _remote = remote;
        RemoteTarget = remoteTarget;
        _routeSet = routeSet;
        Id = MakeId(callId, local.Tag, remote.Tag);
    }

    /// <summary>call-id;local-tag;remote-tag.</summary>
    public string Id { get; }

    public string CallId { get; }

    /// <summary>The peer's Contact, refreshed by target refresh requests and 2xx responses to ours.</summary>
    public SipUri RemoteTarget { get; private set; }

    public NameAddress Local => _local;

    public NameAddress Remote => _remote;

    /// <summary>Route values in the order they are sent.</summary>
    public IReadOnlyList<string> RouteSet => _routeSet;

    public uint LocalCSeq => _localCSeq;

    /// <summary>Where the next request goes: the first route, else the remote target.</summary>
    public SipUri NextHop => _routeSet.Count > 0 && NameAddress.TryParse(_routeSet[0], out NameAddress? route) ? route.Uri : RemoteTarget;

    /// <summary>UAS side (RFC 3261 12.1.1). The success response must have a To tag.</summary>
    public static SipDialog FromServer(SipRequest invite, SipResponse success)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(success);
        NameAddress remote = invite.From ?? throw new ArgumentException("The request has no From.", nameof(invite));
        NameAddress local = success.To ?? throw new ArgumentException("The response has no To.", nameof(success));
        return new SipDialog(invite.CallId, local, remote, ContactOf(invite) ?? remote.Uri, [.. invite.Headers.GetAll("Record-Route")])
        {
            _remoteCSeq = invite.CSeq.Number,
        };
    }

    /// <summary>UAC side (RFC 3261 12.1.2): the route set is the response's Record-Route reversed.</summary>
    public static SipDialog FromClient(SipRequest invite, SipResponse success)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(success);
        NameAddress local = invite.From ?? throw new ArgumentException("The request has no From.", nameof(invite));
        NameAddress remote = success.To ?? invite.To ?? throw new ArgumentException("The response has no To.", nameof(success));
        SipUri target = ContactOf(success) ?? (SipUri.TryParse(invite.RequestUri, out SipUri? uri) ? uri : remote.Uri);
        return new SipDialog(invite.CallId, local, remote, target, [.. success.Headers.GetAll("Record-Route").Reverse()])
        {
            _localCSeq = invite.CSeq.Number,
        };
    }

    /// <summary>UAC side: the 2xx confirms an early dialog, whose requests have taken numbers; null = there was none.</summary>
    public static SipDialog FromClient(SipRequest invite, SipResponse success, SipDialog? early)
    {
        SipDialog dialog = FromClient(invite, success);
        if (early is not null)
            (dialog._localCSeq, dialog._remoteCSeq) = (early._localCSeq, early._remoteCSeq);
        return dialog;
    }

    /// <summary>The dialog again of which <see cref="ToSnapshot"/> was kept; null when that cannot be read.</summary>
    public static SipDialog? Restore(SipDialogSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!NameAddress.TryParse(snapshot.Local, out NameAddress? local) || !NameAddress.TryParse(snapshot.Remote, out NameAddress? remote) ||
            !SipUri.TryParse(snapshot.RemoteTarget, out SipUri? target))
            return null;
        return new SipDialog(snapshot.CallId, local, remote, target, snapshot.RouteSet)
        {
            _localCSeq = snapshot.LocalCSeq,
            _remoteCSeq = snapshot.RemoteCSeq,
        };
    }

    public SipDialogSnapshot ToSnapshot() =>
        new(CallId, _local.ToString(), _remote.ToString(), RemoteTarget.ToString(), _routeSet, _localCSeq, _remoteCSeq);

    /// <summary>Numbers up to this one are used: by a request sent again with credentials, or before a restart.</summary>
    public void AdvanceLocalCSeq(uint number) => _localCSeq = Math.Max(_localCSeq, number);

    /// <summary>The id of the dialog an incoming message belongs to, as its receiver sees it.</summary>
    public static string IdOf(SipMessage incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        bool request = incoming is SipRequest;
        NameAddress? local = request ? incoming.To : incoming.From;
        NameAddress? remote = request ? incoming.From : incoming.To;
        return MakeId(incoming.CallId, local?.Tag, remote?.Tag);
    }

    /// <summary>A request within the dialog with the next CSeq (RFC 3261 12.2.1.1); the stack adds the Via.</summary>
    public SipRequest CreateRequest(string method)
    {
        if (method is SipMethods.Ack or SipMethods.Cancel)
            throw new ArgumentException("ACK and CANCEL take the INVITE's CSeq.", nameof(method));
        return Create(method, ++_localCSeq);
    }

    /// <summary>The ACK for a 2xx to the INVITE of that CSeq.</summary>
    public SipRequest CreateAck(uint inviteCSeq) => Create(SipMethods.Ack, inviteCSeq);

    /// <summary>
    /// RFC 3261 12.2.2: false when the CSeq is not above the last one (answer 500). INVITE, UPDATE, SUBSCRIBE and NOTIFY refresh the
    /// remote target. An ACK is always accepted.
    /// </summary>
    public bool TryAcceptRemote(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == SipMethods.Ack)
            return true;
        uint number = request.CSeq.Number;
        if (_remoteCSeq is { } last && number <= last)
            return false;
        _remoteCSeq = number;
        RefreshTarget(request, request.Method);
        return true;
    }

    /// <summary>Takes the Contact of a 2xx to our own re-INVITE, UPDATE, SUBSCRIBE or NOTIFY as the new remote target.</summary>
    public void RefreshTarget(SipResponse success)
    {
        ArgumentNullException.ThrowIfNull(success);
        if (success.IsSuccess)
            RefreshTarget(success, success.CSeq.Method);
    }

    private void RefreshTarget(SipMessage message, string method)
    {
        if (method is SipMethods.Invite or SipMethods.Update or SipMethods.Subscribe or SipMethods.Notify && ContactOf(message) is { } contact)
            RemoteTarget = contact;
    }

    private SipRequest Create(string method, uint number)
    {
        // RFC 3261 12.2.1.1: a strict router goes into the Request-URI and the remote target to the end of the route.
        bool strict = _routeSet.Count > 0 && !NextHop.IsLooseRouter;
        var request = new SipRequest(method, (strict ? NextHop : RemoteTarget).ToString());
        request.Headers.Add("Max-Forwards", "70");
        for (int i = strict ? 1 : 0; i < _routeSet.Count; i++)
            request.Headers.Add("Route", _routeSet[i]);
        if (strict)
            request.Headers.Add("Route", "<" + RemoteTarget + ">");
        request.Headers.Add("From", _local.ToString());
        request.Headers.Add("To", _remote.ToString());
        request.Headers.Add("Call-ID", CallId);
        request.Headers.Add("CSeq", number.ToString(CultureInfo.InvariantCulture) + " " + method);
        return request;
    }

    private static SipUri? ContactOf(SipMessage message) =>
        NameAddress.TryParse(message.Headers.Get("Contact"), out NameAddress? contact) ? contact.Uri.AsRequestUri() : null;

    private static string MakeId(string callId, string? localTag, string? remoteTag) => $"{callId};{localTag};{remoteTag}";
}
