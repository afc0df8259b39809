using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>CSKs that clients upload when they register (TS 33.180 5.4).</summary>
public class KeyUploadTests
{
    private static readonly byte[] Message = [1, 26, 0, 255, 13, 10];

    private readonly McSystemHarness _mcx = new(organisation: TestOrganisation.CreateManaged());
    private int _lastKey;

    [Fact]
    public void The_answer_waits_until_the_upload_is_opened_and_the_key_is_stored_with_it()
    {
        Assert.Null(_mcx.Upload("alice", Message));
        var work = Assert.IsType<KeyEffect.OpenKeyUpload>(_mcx.KeyWork.Peek());
        Assert.Equal("sip:alice@mcx.example", work.McpttId);
        Assert.Equal(Message, work.Message.ToArray());
        Assert.Equal(McSystemHarness.WallClockAtZero + TimeSpan.FromSeconds(1), work.Time);
        Assert.Empty(_mcx.System.Registrations);

        McxKey key = Open();

        Assert.Equal(200, _mcx.LateRegisterAnswer!.Status);
        ClientKey stored = Assert.Single(_mcx.Stored.OfType<ClientKey>());
        Assert.Equal(("sip:alice@mcx.example", key.Id.Value), (stored.McpttId, stored.KeyId));
        Assert.Equal(Assert.Single(_mcx.System.Registrations).Id, stored.Id);
    }

    [Theory]
    [InlineData(MikeyError.BadSignature)]
    [InlineData(MikeyError.DecapsulationFailed)]
    [InlineData(MikeyError.Replayed)]
    [InlineData(MikeyError.WrongInitiator)]
    [InlineData(MikeyError.UnknownKms)]
    public void An_upload_that_does_not_open_refuses_the_registration_with_the_errors_name(MikeyError error)
    {
        _mcx.Upload("alice", Message);
        Answer(error, null);

        Assert.Equal(403, _mcx.LateRegisterAnswer!.Status);
        SipWarning warning = SipWarning.AllOf(_mcx.LateRegisterAnswer).Single();
        Assert.Equal((399, error.ToString()), (warning.Code, warning.Text));
        Assert.Empty(_mcx.Stored);
        Assert.Empty(_mcx.System.Registrations);
    }

    [Fact]
    public void Beyond_the_bound_of_waiting_uploads_a_registration_gets_503()
    {
        var mcx = new McSystemHarness(organisation: TestOrganisation.CreateManaged(), keys: new KeyOptions { MaxUploadsInWork = 2 });
        Assert.Null(mcx.Upload("alice", Message));
        Assert.Null(mcx.Upload("bob", Message));

        SipResponse busy = mcx.Upload("erin", Message)!;

        Assert.Equal((503, "5"), (busy.Status, busy.Headers.Get("Retry-After")));
    }

    [Fact]
    public void An_upload_that_the_host_does_not_answer_gets_503_within_the_clients_timer_f()
    {
        _mcx.Upload("alice", Message);
        _mcx.Wait(TimeSpan.FromSeconds(30));

        Assert.Equal(503, _mcx.LateRegisterAnswer!.Status);
        Assert.Empty(_mcx.System.Registrations);

        Open();
        Assert.Empty(_mcx.Stored);
    }

    [Fact]
    public void A_client_whose_connection_closed_meanwhile_is_not_registered()
    {
        _mcx.Upload("alice", Message);
        _mcx.CloseFlow("alice");
        Open();

        Assert.Empty(_mcx.System.Registrations);
        Assert.Empty(_mcx.Stored);
    }

    [Fact]
    public void The_uploaded_key_protects_floor_control_of_that_client_also_after_a_restart()
    {
        McxKey alice = Register("alice"), bob = Register("bob");
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.KillAndRestart();
        _mcx.Register("alice");
        _mcx.Register("bob");
        _mcx.KeyWork.Clear();

        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        _mcx.Answer("bob");

        Assert.Equal(
            [("sip:alice@mcx.example", alice.Id, Octets(alice)), ("sip:bob@mcx.example", bob.Id, Octets(bob))],
            Legs().Select(leg => (leg.McpttId, leg.ClientServerKey.Id, Octets(leg.ClientServerKey))).Order());
    }

    [Fact]
    public void A_new_key_applies_to_the_next_leg_and_the_old_one_is_forgotten()
    {
        Register("alice");
        Register("bob");
        McxKey second = Register("alice");
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Affiliate("bob", TestOrganisation.Fire);

        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        _mcx.Answer("bob");

        Assert.Equal(second.Id, Legs().Single(leg => leg.McpttId == "sip:alice@mcx.example").ClientServerKey.Id);
        Assert.Equal(2, _mcx.Stored.OfType<ClientKey>().Count());
    }

    [Fact]
    public void An_uploaded_key_takes_the_place_of_the_configured_one()
    {
        var mcx = new McSystemHarness();
        mcx.Upload("bob", Message);
        McxKey key = NewKey();
        mcx.Run((system, effects) => system.KeyUploadOpened(mcx.KeyWork.Dequeue().Ticket, MikeyError.None, key, mcx.Now, effects));
        mcx.Register("alice");
        mcx.Affiliate("alice", TestOrganisation.Fire);
        mcx.Affiliate("bob", TestOrganisation.Fire);

        mcx.Call("alice", TestOrganisation.Fire);
        mcx.Answer("bob");

        Assert.Equal(
            [new KeyIdentifier(0x2000_0005), key.Id],
            mcx.Media.OfType<MediaEffect.AddLeg>().OrderBy(leg => leg.McpttId).Select(leg => leg.ClientServerKey.Id));
    }

    [Fact]
    public void A_caller_without_csk_is_refused()
    {
        _mcx.Register("alice");
        _mcx.Affiliate("alice", TestOrganisation.Fire);

        SipResponse refusal = _mcx.Call("alice", TestOrganisation.Fire)!;

        Assert.Contains(_mcx.Events, happened => happened is { Name: "client-without-key", Warning: true });
        Assert.Equal(403, refusal.Status);
        Assert.Equal("no client-server key (CSK): upload one when registering", SipWarning.AllOf(refusal).Single().Text);
    }

    [Fact]
    public void A_member_without_csk_is_not_invited()
    {
        Register("alice");
        Register("bob");
        _mcx.Register("erin");
        foreach (string name in (string[])["alice", "bob", "erin"])
            _mcx.Affiliate(name, TestOrganisation.Fire);
        _mcx.Ladder.Clear();

        _mcx.Call("alice", TestOrganisation.Fire);

        Assert.Equal(["alice → server: INVITE", "server → bob: INVITE"], _mcx.Ladder);
        Assert.Contains(_mcx.Events, happened => happened.Name == "call-member-not-invited" && happened.Detail.Contains("no client-server key", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_identifier_of_another_client_is_refused()
    {
        McxKey alice = Register("alice");
        _mcx.Upload("bob", Message);
        Answer(MikeyError.None, new McxKey(alice.Id, new byte[16], new byte[16]));

        Assert.Equal(403, _mcx.LateRegisterAnswer!.Status);
        Assert.Equal(nameof(MikeyError.KeyIdentifierClash), SipWarning.AllOf(_mcx.LateRegisterAnswer).Single().Text);
        Assert.Single(_mcx.Stored.OfType<ClientKey>());
    }

    [Fact]
    public void The_same_client_may_upload_its_key_again()
    {
        McxKey alice = Register("alice");
        _mcx.Upload("alice", Message);
        Answer(MikeyError.None, new McxKey(alice.Id, Convert.FromHexString(Octets(alice)), alice.Rand));

        Assert.Equal(200, _mcx.LateRegisterAnswer!.Status);
    }

    [Fact]
    public void De_registering_opens_nothing_and_keeps_the_key()
    {
        Register("alice");
        _mcx.KeyWork.Clear();

        Assert.Equal(200, _mcx.Upload("alice", Message, expires: 0)!.Status);

        Assert.DoesNotContain(_mcx.KeyWork, work => work is KeyEffect.OpenKeyUpload);
        Assert.Single(_mcx.Stored.OfType<ClientKey>());
    }

    [Fact]
    public void A_user_cannot_pile_up_keys_by_changing_the_client_identity()
    {
        for (int i = 0; i < 20; i++)
        {
            _mcx.Now += TimeSpan.FromSeconds(1);
            string client = $"urn:uuid:{i:d36}";
            _mcx.Upload("alice", Message, clientId: client);
            Open();
            _mcx.Upload("alice", Message, expires: 0, clientId: client);
        }

        Assert.Equal(16, _mcx.Stored.OfType<ClientKey>().Count());
        Assert.Contains(_mcx.Stored.OfType<ClientKey>(), key => key.ClientId.EndsWith("19", StringComparison.Ordinal));
        Assert.DoesNotContain(_mcx.Stored.OfType<ClientKey>(), key => key.ClientId.EndsWith("00", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_mikey_messages_in_one_request_get_400()
    {
        Assert.Equal(400, _mcx.Upload("alice", Message, copies: 2)!.Status);
    }

    private McxKey Register(string name)
    {
        Assert.Null(_mcx.Upload(name, Message));
        return Open();
    }

    private McxKey NewKey() => McxKey.Create(KeyPurpose.ClientServerKey, new SeededEntropy(++_lastKey));

    /// <summary>The key that was uploaded; a copy.</summary>
    private McxKey Open()
    {
        McxKey key = NewKey();
        var copy = new McxKey(key.Id, Convert.FromHexString(Octets(key)), key.Rand);
        Answer(MikeyError.None, key);
        return copy;
    }

    private void Answer(MikeyError error, McxKey? key)
    {
        long ticket = _mcx.KeyWork.OfType<KeyEffect.OpenKeyUpload>().Last().Ticket;
        _mcx.Run((system, effects) => system.KeyUploadOpened(ticket, error, key, _mcx.Now, effects));
    }

    private IEnumerable<MediaEffect.AddLeg> Legs() => _mcx.Media.OfType<MediaEffect.AddLeg>();

    private static string Octets(McxKey key)
    {
        byte[] octets = new byte[16];
        key.CopyKeyTo(octets);
        return Convert.ToHexString(octets);
    }

    private static string Octets(ClientServerKey key)
    {
        byte[] octets = new byte[16];
        key.CopyKeyTo(octets);
        return Convert.ToHexString(octets);
    }
}
