using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Whom open connections stand for. A connection may be reported closed before its last request is read, so when there are too many
/// the one that authenticated longest ago is forgotten; its user, if it is still there, is challenged again.
/// </summary>
internal sealed class AuthenticatedConnections(int capacity)
{
    private readonly Dictionary<SipFlow, LinkedListNode<(SipFlow Flow, McUser User)>> _connections = [];
    private readonly LinkedList<(SipFlow Flow, McUser User)> _byAge = new();

    public McUser? UserOf(SipFlow flow) => _connections.GetValueOrDefault(flow)?.Value.User;

    public void Remember(SipFlow flow, McUser user)
    {
        Forget(flow);
        if (_connections.Count >= capacity)
            Forget(_byAge.First!.Value.Flow);
        _connections[flow] = _byAge.AddLast((flow, user));
    }

    public void Forget(SipFlow flow)
    {
        if (_connections.Remove(flow, out LinkedListNode<(SipFlow Flow, McUser User)>? node))
            _byAge.Remove(node);
    }
}
