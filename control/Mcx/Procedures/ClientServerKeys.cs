using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// The CSKs of clients (TS 33.180 5.4): uploaded with REGISTER and opened by the host, else the user's configured one. A leg
/// keeps the CSK it began with, so a new one applies from the next call on.
/// </summary>
internal sealed class ClientServerKeys : IDisposable
{
    private readonly McContext _context;
    private readonly Dictionary<string, Held> _held = [];
    private readonly Dictionary<string, List<Held>> _heldOfUser = [];
    private readonly Dictionary<uint, string> _clientOfKeyId = [];
    private readonly HashSet<KeyIdentifier> _configured;
    private readonly Dictionary<long, Upload> _uploads = [];
    private long _lastTicket;

    public ClientServerKeys(McContext context, IReadOnlyList<ClientKey> durable)
    {
        _context = context;
        _configured = [.. context.Organisation.Users.Select(user => user.ClientServerKey?.Id).OfType<KeyIdentifier>()];
        foreach (ClientKey record in durable)
            Hold(record, new ClientServerKey(new KeyIdentifier(record.KeyId), record.Key, record.Rand));
    }

    /// <summary>Uploads that the host is opening.</summary>
    public int InWork => _uploads.Count;

    /// <summary>Null when the client has uploaded none and none is configured.</summary>
    /// <param name="client">Identifier of the registration.</param>
    public ClientServerKey? Of(McUser user, string client) => _held.GetValueOrDefault(client)?.Key ?? user.ClientServerKey;

    /// <summary>Has an upload opened. False when too many wait.</summary>
    /// <param name="done">Gets what the message held and owns it; or the error; or neither when the host did not answer.</param>
    public bool TryOpen(McUser user, SipFlow flow, ReadOnlyMemory<byte> message, Instant now, McxEffects effects, UploadOpened done)
    {
        if (_uploads.Count >= _context.Options.Keys.MaxUploadsInWork)
            return false;
        _uploads[++_lastTicket] = new Upload(flow, now, done);
        effects.Submit(new KeyEffect.OpenKeyUpload(_lastTicket, user.McpttId, message, _context.WallClock(now)));
        return true;
    }

    public void Opened(long ticket, MikeyError error, McxKey? key, Instant now, McxEffects effects)
    {
        if (_uploads.Remove(ticket, out Upload? upload))
            upload.Done(error, key, now, effects);
        else
            key?.Dispose();
    }

    /// <summary>Nobody waits for the answers any more.</summary>
    public void Forget(SipFlow flow)
    {
        foreach (long ticket in _uploads.Where(upload => upload.Value.Flow == flow).Select(upload => upload.Key).ToArray())
            _uploads.Remove(ticket);
    }

    public void Sweep(Instant now, McxEffects effects)
    {
        foreach ((long ticket, Upload upload) in _uploads.Where(upload => upload.Value.Since + _context.Options.Keys.WorkTimeout < now).ToArray())
        {
            _uploads.Remove(ticket);
            upload.Done(null, null, now, effects);
        }
    }

    /// <summary>Another client has a CSK of this identifier, by which packets are told apart.</summary>
    public bool Clashes(KeyIdentifier id, string client) =>
        _clientOfKeyId.TryGetValue(id.Value, out string? other) ? other != client : _configured.Contains(id);

    /// <summary>The client's CSK from now on.</summary>
    public void Store(Registration registration, McxKey key, Instant now, McxEffects effects)
    {
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        var record = new ClientKey
        {
            Id = registration.Id,
            McpttId = registration.McpttId,
            ClientId = registration.ClientId,
            KeyId = key.Id.Value,
            Key = octets,
            Rand = key.Rand.ToArray(),
            ReceivedAt = _context.WallClock(now),
        };
        if (_held.ContainsKey(record.Id))
            Release(record.Id);
        else
            MakeRoom(registration.McpttId, effects);
        Hold(record, key.ToClientServerKey());
        effects.Put(record);
        effects.Log("client-key-stored", registration.McpttId, $"CSK {key.Id} of client {registration.ClientId}");
    }

    public void Dispose()
    {
        foreach (Held held in _held.Values)
            held.Key.Dispose();
    }

    // A CSK stays when its client de-registers, so a user who changes client identities could pile them up.
    private void MakeRoom(string mcpttId, McxEffects effects)
    {
        if (!_heldOfUser.TryGetValue(mcpttId, out List<Held>? others) || others.Count < _context.Options.MaxClientsPerUser)
            return;
        Held oldest = others.MinBy(held => (_context.State.Registrations.ContainsKey(held.Record.Id), held.Record.ReceivedAt))!;
        Release(oldest.Record.Id);
        effects.Delete<ClientKey>(oldest.Record.Id);
    }

    private void Hold(ClientKey record, ClientServerKey key)
    {
        var held = new Held(record, key);
        _held[record.Id] = held;
        if (!_heldOfUser.TryGetValue(record.McpttId, out List<Held>? ofUser))
            _heldOfUser[record.McpttId] = ofUser = [];
        ofUser.Add(held);
        _clientOfKeyId[record.KeyId] = record.Id;
    }

    private void Release(string client)
    {
        _held.Remove(client, out Held? held);
        _heldOfUser[held!.Record.McpttId].Remove(held);
        _clientOfKeyId.Remove(held.Record.KeyId);
        _context.DisposeLater(held.Key);
    }

    internal delegate void UploadOpened(MikeyError? error, McxKey? key, Instant now, McxEffects effects);

    private sealed record Held(ClientKey Record, ClientServerKey Key);

    private sealed record Upload(SipFlow Flow, Instant Since, UploadOpened Done);
}
