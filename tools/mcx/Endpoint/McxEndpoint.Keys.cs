using System.Net;
using System.Threading.Channels;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>Keys: the CSK that goes to the server, and the GMKs that come from its group management server.</summary>
public sealed partial class McxEndpoint
{
    private const int KeyMessagesWaiting = 32;
    private static readonly TimeSpan LongestKeyWait = TimeSpan.FromMinutes(1);

    private readonly Channel<ArrivedKeyMessage> _keyMessages = Channel.CreateBounded<ArrivedKeyMessage>(KeyMessagesWaiting);
    private readonly ClientKeyRing _keys;
    private readonly BearerKeyOpener? _bearerKeys;
    private readonly McxKey? _ownKey;
    private Task _opening = Task.CompletedTask;
    private bool _ownKeyUploaded;

    /// <summary>The CSK of this endpoint: the profile's, or one of its own, made anew for each endpoint.</summary>
    public ClientServerKey ClientServerKey { get; }

    /// <summary>Whether a key of this group or regroup is held, in force or to come.</summary>
    public bool HoldsKeyOf(string group) => _keys.Holds(KeyGroupOf(group));

    /// <summary>GMK-IDs of the keys of this group or regroup that are held, in force or to come.</summary>
    public IReadOnlyList<string> GmkIdsOf(string group) => [.. _keys.IdsOf(KeyGroupOf(group)).Select(id => id.ToString())];

    /// <summary>The MKI this client sends to this group or regroup with now, in hex; null when no key is in force.</summary>
    public string? MkiOf(string group) => _keys.MkiOf(KeyGroupOf(group), Profile.McpttId) is { } mki ? Convert.ToHexStringLower(mki) : null;

    /// <summary>Waits until a key of this group or regroup is held.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public async Task WaitForKeyAsync(string group, TimeSpan timeout, CancellationToken cancellation = default)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task changed = ExpectAsync<EndpointEvent>(
            timeout, happened => happened is GroupKeyInstalled or RegroupNotified && HoldsKeyOf(group), enough.Token);
        if (HoldsKeyOf(group))
            await enough.CancelAsync().ConfigureAwait(false);
        await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (!HoldsKeyOf(group))
            throw new TimeoutException($"no key of {group} came to {Profile.McpttId} within {timeout.TotalSeconds} s.");
    }

    /// <summary>Asks the group management server for a new GMK; it comes to the members by itself.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public Task RotateKeyAsync(string group, CancellationToken cancellation = default) =>
        SendAsync(_requests.RotateKey(group), $"new key for {group}", cancellation);

    private static ClientServerKey OwnKeyOf(ClientProfile profile, out McxKey? made)
    {
        made = null;
        if (profile.ClientServerKey is { } configured)
            return configured;
        if (profile.IdentityKeys is null)
            throw new ToolException("the profile has neither a CSK nor identity keys to send one with; fetch the keys with 'mcx kms fetch', or add csk.");
        made = McxKey.Create(KeyPurpose.ClientServerKey, SystemEntropy.Instance);
        return made.ToClientServerKey();
    }

    private void StartKeys()
    {
        foreach (ProfileGroup group in Profile.Groups)
        {
            if (group.Key is { } key)
            {
                _keys.AddConfigured(group.Id, key);
                _options.Tap?.KeyHeld(key);
            }
            if (group.FloorKey is { } floorKey)
            {
                _keys.AddConfigured(group.Id, floorKey);
                _options.Tap?.KeyHeld(floorKey);
            }
        }
        _options.Tap?.KeyHeld(ClientServerKey);
        foreach (McxKey key in _keys.Restore())
            Held(key, renewed: true);
        _opening = Task.Run(OpenKeyMessagesAsync);
    }

    /// <summary>Null once the server has the CSK, or when it is configured there too.</summary>
    private Task<byte[]?> KeyUploadAsync() => _ownKey is null || _ownKeyUploaded
        ? Task.FromResult<byte[]?>(null)
        : Task.Run<byte[]?>(() => ClientServerKeyMessage.Make(
            _ownKey, Profile.IdentityKeys!, ServiceIdentities.McxServerOf(Profile.ServerUri), _options.Time.GetUtcNow(), SystemEntropy.Instance));

    private void KeyUploaded(byte[]? message)
    {
        if (message is null)
            return;
        _ownKeyUploaded = true;
        _hub.Publish(new ClientServerKeyUploaded(_ownKey!.Id.ToString()));
    }

    /// <summary>Answered when it was opened, away from who receives.</summary>
    private SipResponse? AnswerKeyMessage(in ArrivedRequest arrived, MimePart part)
    {
        if (Profile.IdentityKeys is null)
            return RefuseKey(arrived.Request, 403, "NoIdentityKeys", "the profile has no identity keys; add kms");
        if (_keyMessages.Writer.TryWrite(new ArrivedKeyMessage(arrived.Transaction, arrived.Request, part.Body)))
            return null;
        return Busy(arrived.Request);
    }

    private async Task OpenKeyMessagesAsync()
    {
        ChannelReader<ArrivedKeyMessage> reader = _keyMessages.Reader;
        while (true)
        {
            DropRetired();
            using var limit = new CancellationTokenSource(UntilNextExpiry(), _options.Time);
            try
            {
                ArrivedKeyMessage message = await reader.ReadAsync(limit.Token).ConfigureAwait(false);
                SipResponse response = Open(message);
                if (message.Transaction.Value != 0)
                    _sip.Respond(message.Transaction, response);
            }
            catch (OperationCanceledException)
            {
                // A key's time is over.
            }
            catch (ChannelClosedException)
            {
                return;
            }
        }
    }

    private TimeSpan UntilNextExpiry()
    {
        if (_keys.NextExpiry is not { } expiry)
            return LongestKeyWait;
        TimeSpan left = expiry - _options.Time.GetUtcNow();
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestKeyWait ? left : LongestKeyWait;
    }

    private SipResponse Open(ArrivedKeyMessage message)
    {
        if (message.Bearer is not null)
            return JoinBearer(message);
        try
        {
            KeyDelivery delivery = _keys.Take(message.Body.Span);
            if (delivery.Error != MikeyError.None)
                return RefuseKey(message.Request, 403, delivery.Error.ToString(), $"a key message was refused: {delivery.Error}");
            if (delivery.Revoked)
                _hub.Publish(new GroupKeyRevoked(delivery.Id.ToString()));
            else
                Held(delivery.Key!, delivery.Renewed);
            UpdateCalls();
            return Answer(message.Request, 200);
        }
        catch (ToolException e)
        {
            return RefuseKey(message.Request, 500, "NotStored", e.Message);
        }
    }

    private void Held(McxKey key, bool renewed)
    {
        bool media = key.Purpose == KeyPurpose.GroupMasterKey;
        if (_options.Tap is { } tap)
        {
            using GroupMasterKey? copy = media ? key.ToGroupMasterKey() : null;
            try
            {
                if (copy is null)
                    tap.KeyHeld(key);
                else
                    tap.KeyHeld(copy);
            }
            catch (ToolException e)
            {
                _hub.Publish(new EndpointWarning(e.Message));
            }
        }
        if (!media)
        {
            _hub.Publish(new FloorKeyInstalled(key.Id.ToString(), key.GroupIds, key.Validity.Activation, key.Validity.Expiry, renewed));
            return;
        }
        _hub.Publish(new GroupKeyInstalled(key.Id.ToString(), key.GroupIds, key.Validity.Activation, key.Validity.Expiry, renewed));
    }

    private void DropRetired()
    {
        try
        {
            IReadOnlyList<KeyIdentifier> retired = _keys.RemoveRetired();
            foreach (KeyIdentifier id in retired)
                _hub.Publish(new GroupKeyRetired(id.ToString()));
        }
        catch (ToolException e)
        {
            _hub.Publish(new EndpointWarning(e.Message));
        }
    }

    private void UpdateCalls()
    {
        foreach (McxCall call in Calls)
        {
            call.ReplaceKeys(_keys.CopiesFor);
            UpdateFloorKeys(call);
        }
    }

    private CallGroupKeys? CallKeysFor(string group)
    {
        string keyGroup = KeyGroupOf(group);
        IReadOnlyList<McxKey> copies = _keys.CopiesFor(keyGroup);
        return copies.Count == 0 ? null : new CallGroupKeys(keyGroup, Profile.McpttId, copies);
    }

    /// <exception cref="ToolException">The local address cannot be bound.</exception>
    private CallMedia OpenMedia(CallGroupKeys keys, CallMediaEvents events)
    {
        try
        {
            return new CallMedia(Profile, ClientServerKey, keys, _options.Time, _options.Tap, events);
        }
        catch (ToolException)
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>A regroup borrows the keys of its preconfigured group (TS 33.180 7.3).</summary>
    private string KeyGroupOf(string group) => RegroupOf(group)?.PreconfiguredGroup ?? group;

    /// <param name="name">What the other side can tell apart: the name of a <see cref="MikeyError"/>.</param>
    private SipResponse RefuseKey(SipRequest request, int status, string name, string reason)
    {
        _hub.Publish(new KeyMessageRefused(name, reason));
        SipResponse response = Answer(request, status);
        response.Headers.Add("Warning", new SipWarning(399, "mcx", name).ToString());
        return response;
    }

    /// <param name="Body">The key message; empty when an announcement has none.</param>
    private readonly record struct ArrivedKeyMessage(SipTransactionId Transaction, SipRequest Request, ReadOnlyMemory<byte> Body)
    {
        /// <summary>The bearer whose announcement it came with, and its general purpose subchannel.</summary>
        public (Tmgi Tmgi, IPEndPoint GeneralPurpose)? Bearer { get; init; }
    }
}
