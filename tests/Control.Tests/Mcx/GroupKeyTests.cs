using System.Text;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>The GMS's keys: made, brought to members, replaced, retired (TS 33.180 5.7, 7.3).</summary>
public class GroupKeyTests
{
    private const string Fire = TestOrganisation.Fire;
    private static readonly TimeSpan Lead = new KeyOptions().Lead;
    private static readonly TimeSpan Overlap = new KeyOptions().Overlap;

    private readonly McSystemHarness _mcx = new(organisation: Managed());

    [Fact]
    public void A_member_that_registers_gets_the_key_of_each_managed_group_one_after_the_other()
    {
        _mcx.Register("alice");
        Assert.Single(_mcx.KeyWork);
        _mcx.MakeMessages();
        _mcx.Answer("alice");
        Assert.Single(_mcx.KeyWork);
        _mcx.MakeMessages();
        _mcx.Answer("alice");

        Assert.Empty(_mcx.KeyWork);
        Assert.Equal([Fire, TestOrganisation.Preconfigured], _mcx.Made.SelectMany(made => made.Key.GroupIds).Order());
        Assert.All(_mcx.Made, made => Assert.Equal("sip:alice@mcx.example", made.McpttId));
        Assert.Equal(
            ["server → alice: MESSAGE mikey", "alice → server: 200 MESSAGE", "server → alice: MESSAGE mikey", "alice → server: 200 MESSAGE"],
            _mcx.Ladder.Where(line => line.Contains("MESSAGE", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_message_is_from_the_gms_to_the_member_and_carries_the_mikey_message_as_it_was_made()
    {
        _mcx.Register("erin");
        _mcx.MakeMessages();

        SipRequest message = _mcx.Unanswered.Single().Request;
        Assert.Equal("sip:gms@mcx.example", message.From!.Uri.AddressOfRecord);
        Assert.Equal("<sip:gms@mcx.example>", message.Headers.Get("P-Asserted-Identity"));
        IReadOnlyList<MimePart> parts = MultipartBody.PartsOf(message);
        Assert.Equal([ContentTypes.McpttInfo, ContentTypes.Mikey], parts.Select(part => part.MediaType));
        Assert.True(McpttInfo.TryParse(parts[0].Body, out McpttInfo info, out _));
        Assert.Equal("sip:erin@mcx.example", info.RequestUri);
        Assert.Equal($"{Stored(Fire).Single().Id} ", Encoding.ASCII.GetString(parts[1].Body.Span));
    }

    [Fact]
    public void Every_member_gets_the_same_key_with_the_same_rand()
    {
        foreach (string name in (string[])["alice", "bob", "erin"])
            _mcx.Register(name);
        _mcx.TakeKeys();

        McxKey[] keys = [.. _mcx.Made.Where(made => made.Key.GroupIds.Contains(Fire)).Select(made => made.Key)];
        Assert.Equal(3, keys.Length);
        Assert.Single(keys.Select(key => (key.Id, Octets(key), Convert.ToHexString(key.Rand))).Distinct());
        Assert.Equal(KeyPurpose.GroupMasterKey, keys[0].Purpose);
        // Dated back for members whose clocks are behind.
        Assert.Equal(new KeyValidity(McSystemHarness.WallClockAtZero - TimeSpan.FromSeconds(59), null), keys[0].Validity);
    }

    [Fact]
    public void Nobody_but_members_gets_a_key()
    {
        _mcx.Register("dispatcher");

        Assert.Empty(_mcx.KeyWork);
    }

    [Fact]
    public void Who_acknowledged_a_key_is_not_sent_it_again_not_even_after_a_restart()
    {
        _mcx.Register("alice");
        _mcx.TakeKeys();
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        _mcx.Register("alice");

        Assert.Empty(_mcx.KeyWork);
        Assert.DoesNotContain(_mcx.Events, happened => happened.Name == "group-key-activated");
        Assert.Equal(2, _mcx.Stored.OfType<GroupKeyReceipt>().Count());
    }

    [Fact]
    public void After_a_restart_registered_members_get_what_they_have_not_acknowledged()
    {
        _mcx.Register("erin");
        _mcx.MakeMessages();
        string before = Stored(Fire).Single().Id;
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        _mcx.TakeKeys();

        Assert.Equal([before, before], _mcx.Made.Select(made => made.Key.Id.ToString()));
        Assert.Single(_mcx.Stored.OfType<GroupKeyReceipt>());
    }

    [Fact]
    public void A_key_that_was_refused_is_sent_again_later_and_the_log_has_the_warning()
    {
        _mcx.Register("erin");
        _mcx.MakeMessages();
        _mcx.Answer("erin", 403, warning: "BadSignature");

        Assert.Contains(_mcx.Events, happened => happened is { Name: "group-key-not-taken", Warning: true } && happened.Detail.Contains("403 Forbidden BadSignature", StringComparison.Ordinal));
        Assert.Empty(_mcx.Stored.OfType<GroupKeyReceipt>());
        _mcx.Wait(TimeSpan.FromSeconds(29));
        Assert.Empty(_mcx.KeyWork);
        _mcx.Wait(TimeSpan.FromSeconds(2));
        Assert.Single(_mcx.KeyWork);
    }

    [Fact]
    public void A_key_that_is_never_taken_is_sent_a_bounded_number_of_times_and_then_at_the_next_registration()
    {
        _mcx.Register("erin", expires: 3600);
        for (int i = 0; i < 60; i++)
        {
            _mcx.MakeMessages();
            _mcx.Fail("erin");
            _mcx.Wait(TimeSpan.FromSeconds(30));
        }
        Assert.Equal(1 + new KeyOptions().MaxRetries, _mcx.Made.Count);

        _mcx.Register("erin");
        Assert.Single(_mcx.KeyWork);
    }

    [Fact]
    public void One_refused_key_does_not_keep_the_others_back()
    {
        _mcx.Register("alice");
        _mcx.MakeMessages();
        _mcx.Answer("alice", 403);
        _mcx.TakeKeys();

        Assert.Equal(2, _mcx.Made.Select(made => made.Key.Id).Distinct().Count());
        Assert.Single(_mcx.Stored.OfType<GroupKeyReceipt>());
    }

    [Fact]
    public void A_client_that_starts_anew_is_sent_what_its_former_self_did_not_answer()
    {
        _mcx.Register("erin");
        _mcx.MakeMessages();
        _mcx.Register("erin");

        Assert.Single(_mcx.KeyWork);
    }

    [Fact]
    public void No_more_messages_are_asked_for_at_a_time_than_the_host_takes()
    {
        var mcx = new McSystemHarness(organisation: Managed(), keys: new KeyOptions { MaxMessagesInWork = 2 });
        foreach (string name in (string[])["alice", "bob", "erin"])
            mcx.Register(name);

        Assert.Equal(2, mcx.KeyWork.Count);
        mcx.TakeKeys();
        Assert.Equal(5, mcx.Stored.OfType<GroupKeyReceipt>().Count());
    }

    [Fact]
    public void A_message_that_the_host_loses_is_asked_for_again()
    {
        _mcx.Register("erin");
        _mcx.KeyWork.Clear();
        _mcx.Wait(TimeSpan.FromSeconds(60));

        Assert.Single(_mcx.KeyWork);
    }

    [Fact]
    public void A_message_for_a_client_that_is_gone_is_not_sent()
    {
        _mcx.Register("erin");
        _mcx.Register("erin", expires: 0);
        _mcx.MakeMessages();

        Assert.Empty(_mcx.Unanswered);
        Assert.Equal(0, _mcx.System.PendingRequestCount);
    }

    [Fact]
    public void A_rotation_makes_a_key_that_activates_after_the_lead_and_ends_the_old_one_an_overlap_later()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        _mcx.TakeKeys();
        GroupKey before = Stored(Fire).Single();
        _mcx.Now += TimeSpan.FromMilliseconds(300);

        Assert.Equal(200, Rotate().Status);

        DateTimeOffset activation = McSystemHarness.WallClockAtZero + TimeSpan.FromSeconds(2) + Lead;
        GroupKey[] keys = Stored(Fire);
        Assert.Equal([(before.Id, before.ActivatesAt, activation + Overlap), (keys[1].Id, activation, (DateTimeOffset?)null)],
            keys.Select(key => (key.Id, key.ActivatesAt, key.ExpiresAt)));
        Assert.NotEqual(Convert.ToHexString(before.Key), Convert.ToHexString(keys[1].Key));
        Assert.NotEqual(Convert.ToHexString(before.Rand), Convert.ToHexString(keys[1].Rand));
        _mcx.Made.Clear();
        _mcx.TakeKeys();
        // The new key first: it is needed at the activation; then when the old one ends.
        Assert.Equal([(keys[1].Id, activation, null), (before.Id, before.ActivatesAt, (DateTimeOffset?)(activation + Overlap))],
            _mcx.Made.Select(made => (made.Key.Id.ToString(), made.Key.Validity.Activation!.Value, made.Key.Validity.Expiry)));
    }

    [Fact]
    public void After_the_overlap_the_old_key_is_gone_everywhere()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        _mcx.TakeKeys();
        string before = Stored(Fire).Single().Id;
        Rotate();
        _mcx.TakeKeys();

        _mcx.Wait(Lead + Overlap - TimeSpan.FromSeconds(1));
        Assert.Equal(2, Stored(Fire).Length);
        _mcx.Wait(TimeSpan.FromSeconds(3));

        Assert.NotEqual(before, Assert.Single(Stored(Fire)).Id);
        Assert.DoesNotContain(_mcx.Stored.OfType<GroupKeyReceipt>(), receipt => receipt.Id.StartsWith(before, StringComparison.Ordinal));
        Assert.Equal(["group-key-activated", "group-key-retired"], _mcx.Events.Select(happened => happened.Name).Where(name => name is "group-key-activated" or "group-key-retired"));
    }

    [Fact]
    public void Asking_again_within_the_lead_does_nothing()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        Rotate();
        string[] keys = [.. Stored(Fire).Select(key => key.Id)];

        Assert.Equal(200, Rotate().Status);

        Assert.Equal(keys, Stored(Fire).Select(key => key.Id));
        _mcx.Wait(Lead + TimeSpan.FromSeconds(1));
        Assert.Equal(200, Rotate().Status);
        Assert.Equal(3, Stored(Fire).Length);
    }

    [Fact]
    public void At_most_three_keys_of_a_group_are_held()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        for (int i = 0; i < 5; i++)
        {
            Rotate();
            _mcx.Wait(Lead + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, Stored(Fire).Length);
    }

    [Fact]
    public void A_rotation_before_the_first_need_makes_the_first_key()
    {
        _mcx.Register("dispatcher");

        Assert.Equal(200, Rotate().Status);

        Assert.True(Assert.Single(Stored(Fire)).ActivatesAt < McSystemHarness.WallClockAtZero);
    }

    [Fact]
    public void A_running_call_takes_the_new_key_at_once_and_loses_the_old_one_after_the_overlap()
    {
        Call(Fire, "alice", "bob");
        uint before = _mcx.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value;
        ulong call = _mcx.Media[0].Call;
        _mcx.Media.Clear();

        Rotate();
        Assert.Equal((call, Stored(Fire)[1].KeyId), _mcx.Media.OfType<MediaEffect.InstallGroupKey>().Select(install => (install.Call, install.MediaKey.Id.Value)).Single());
        _mcx.Wait(Lead + Overlap - TimeSpan.FromSeconds(1));
        Assert.Empty(_mcx.Media.OfType<MediaEffect.RetireGroupKey>());
        _mcx.Wait(TimeSpan.FromSeconds(3));

        Assert.Equal((call, before), _mcx.Media.OfType<MediaEffect.RetireGroupKey>().Select(retire => (retire.Call, retire.GmkId.Value)).Single());
    }

    [Fact]
    public void A_regroup_call_takes_the_new_key_of_the_preconfigured_group()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "dispatcher"])
            _mcx.Upload(name, []);
        OpenUploads();
        _mcx.TakeKeys();
        _mcx.Affiliate("alice", Fire);
        _mcx.Affiliate("carol", TestOrganisation.Ambulance);
        const string regroup = "sip:regroup-7@mcx.example";
        Assert.Equal(200, _mcx.Regroup("dispatcher", new RegroupBody
        {
            Action = RegroupAction.Create,
            PreconfiguredGroup = TestOrganisation.Preconfigured,
            RegroupUri = regroup,
            Groups = [Fire, TestOrganisation.Ambulance],
        }).Status);
        Assert.Null(_mcx.Call("alice", regroup));
        _mcx.Answer("carol");
        Assert.Equal(Stored(TestOrganisation.Preconfigured).Single().KeyId, _mcx.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value);

        _mcx.Rotate("dispatcher", new KeyRotationBody(TestOrganisation.Preconfigured).Serialise());

        Assert.Equal(Stored(TestOrganisation.Preconfigured)[1].KeyId, _mcx.Media.OfType<MediaEffect.InstallGroupKey>().Single().MediaKey.Id.Value);
    }

    [Fact]
    public void A_call_that_starts_within_the_lead_has_the_key_in_force_and_the_one_to_come()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        Rotate();
        GroupKey[] keys = Stored(Fire);

        Call(Fire, "alice", "bob");

        Assert.Equal(keys[0].KeyId, _mcx.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value);
        Assert.Equal(keys[1].KeyId, _mcx.Media.OfType<MediaEffect.InstallGroupKey>().Single().MediaKey.Id.Value);
    }

    [Fact]
    public void A_call_that_starts_within_the_overlap_has_the_new_key_first()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        Rotate();
        GroupKey[] keys = Stored(Fire);
        _mcx.Wait(Lead + TimeSpan.FromSeconds(1));

        Call(Fire, "alice", "bob");

        Assert.Equal(keys[1].KeyId, _mcx.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value);
        Assert.Equal(keys[0].KeyId, _mcx.Media.OfType<MediaEffect.InstallGroupKey>().Single().MediaKey.Id.Value);
    }

    [Fact]
    public void A_key_retired_in_a_batch_stays_readable_for_the_batchs_own_effects()
    {
        Call(Fire, "alice", "bob");
        GroupMasterKey key = _mcx.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey;
        Rotate();
        _mcx.Now += Lead + Overlap + TimeSpan.FromSeconds(2);
        byte[] octets = new byte[16];
        _mcx.Run((system, effects) =>
        {
            system.Expire(_mcx.Now, effects);
            Assert.Single(effects.Media.OfType<MediaEffect.RetireGroupKey>());
            key.CopyKeyTo(octets);
        });
        Assert.Contains(octets, octet => octet != 0);

        // Two batches later nothing names it any more, and it is zeroed.
        _mcx.Run((system, effects) => system.Expire(_mcx.Now, effects));
        _mcx.Run((system, effects) => system.Expire(_mcx.Now, effects));
        Assert.Throws<ObjectDisposedException>(() => key.CopyKeyTo(octets));
    }

    [Fact]
    public void When_a_member_has_left_the_organisation_file_the_others_get_a_new_key_and_the_old_one_is_revoked()
    {
        foreach (string name in (string[])["alice", "bob", "erin"])
            _mcx.Register(name);
        _mcx.TakeKeys();
        GroupKey before = Stored(Fire).Single();
        _mcx.Organisation = TestOrganisation.CreateManaged(leaver: "erin");
        _mcx.Made.Clear();

        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        _mcx.TakeKeys();

        GroupKey[] keys = Stored(Fire);
        Assert.Equal(GroupKeyStatus.Revoked, keys[0].Status);
        Assert.Equal(keys[1].ActivatesAt + new KeyOptions().RevocationOverlap, keys[0].ExpiresAt);
        Assert.DoesNotContain("sip:erin@mcx.example", keys[1].Members);
        Assert.Equal(["sip:alice@mcx.example", "sip:bob@mcx.example"], _mcx.Made.Where(made => made.Key.Id.Value == keys[1].KeyId).Select(made => made.McpttId).Order());
        Assert.DoesNotContain(_mcx.Made, made => made.McpttId == "sip:erin@mcx.example");
        Assert.Contains(_mcx.Events, happened => happened is { Name: "group-key-revoked", Warning: true } && happened.Detail.Contains("sip:erin@mcx.example", StringComparison.Ordinal));
        _mcx.Wait(Lead + TimeSpan.FromSeconds(5));
        Assert.NotEqual(before.Id, Assert.Single(Stored(Fire)).Id);
    }

    [Fact]
    public void A_revocation_is_made_once()
    {
        _mcx.Register("erin");
        _mcx.Organisation = TestOrganisation.CreateManaged(leaver: "erin");
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        string[] keys = [.. Stored(Fire).Select(key => key.Id)];

        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));

        Assert.Equal(2, keys.Length);
        Assert.Equal(keys, Stored(Fire).Select(key => key.Id));
    }

    [Fact]
    public void A_new_member_gets_the_key_there_is_and_counts_as_its_holder()
    {
        _mcx.Organisation = TestOrganisation.CreateManaged(leaver: "erin");
        _mcx.KillAndRestart();
        _mcx.Register("alice");
        GroupKey before = Stored(Fire).Single();
        _mcx.Organisation = Managed();

        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        _mcx.Register("erin");
        _mcx.TakeKeys();

        GroupKey after = Stored(Fire).Single();
        Assert.Equal(before.Id, after.Id);
        Assert.Contains("sip:erin@mcx.example", after.Members);
        Assert.Contains(_mcx.Made, made => made.McpttId == "sip:erin@mcx.example");
    }

    [Fact]
    public void Keys_of_a_group_that_is_no_longer_managed_are_deleted()
    {
        _mcx.Register("alice");
        _mcx.TakeKeys();
        _mcx.Organisation = TestOrganisation.Create();
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));

        Assert.Empty(_mcx.Stored.OfType<GroupKey>());
        Assert.Empty(_mcx.Stored.OfType<GroupKeyReceipt>());
    }

    [Fact]
    public void A_rotation_survives_a_restart_within_its_lead()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        _mcx.TakeKeys();
        Rotate();
        GroupKey[] keys = Stored(Fire);
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        _mcx.TakeKeys();

        Assert.Equal(keys[1].Id, _mcx.Made[^2].Key.Id.ToString());
        _mcx.Wait(Lead + Overlap + TimeSpan.FromSeconds(2));
        Assert.Equal(keys[1].Id, Assert.Single(Stored(Fire)).Id);
    }

    [Fact]
    public void After_the_store_is_lost_the_new_key_comes_after_the_one_that_members_still_hold()
    {
        _mcx.Register("erin");
        GroupKey lost = Stored(Fire).Single();
        _mcx.LoseStore();
        _mcx.Now += TimeSpan.FromMinutes(2);
        _mcx.KillAndRestart();
        _mcx.Register("erin");

        Assert.True(Stored(Fire).Single().ActivatesAt > lost.ActivatesAt);
    }

    [Fact]
    public void Only_who_may_manage_keys_can_ask_for_a_rotation()
    {
        _mcx.Register("alice");

        SipResponse refusal = Rotate("alice");

        Assert.Equal((403, 101), (refusal.Status, McSystemHarness.WarningOf(refusal)));
        Assert.Single(Stored(Fire));
    }

    [Fact]
    public void A_rotation_of_a_group_that_does_not_exist_is_refused()
    {
        _mcx.Register("dispatcher");

        SipResponse refusal = _mcx.Rotate("dispatcher", new KeyRotationBody("sip:nobody@mcx.example").Serialise());

        Assert.Equal((404, 113), (refusal.Status, McSystemHarness.WarningOf(refusal)));
    }

    [Fact]
    public void A_rotation_of_a_configured_key_is_refused()
    {
        _mcx.Register("dispatcher");

        SipResponse refusal = _mcx.Rotate("dispatcher", new KeyRotationBody(TestOrganisation.Ambulance).Serialise());

        Assert.Equal(403, refusal.Status);
        Assert.Equal("the GMK of this group is configured, not managed", SipWarning.AllOf(refusal).Single().Text);
    }

    [Theory]
    [InlineData("not xml")]
    [InlineData("<key-rotation group=\"sip:fire-1@mcx.example\"/>")]
    [InlineData("<rotate xmlns=\"urn:mediaengine:key-rotation:1\" group=\"sip:fire-1@mcx.example\"/>")]
    [InlineData("<key-rotation xmlns=\"urn:mediaengine:key-rotation:1\"/>")]
    [InlineData("<key-rotation xmlns=\"urn:mediaengine:key-rotation:1\" group=\"fire-1\"/>")]
    [InlineData("<!DOCTYPE a><key-rotation xmlns=\"urn:mediaengine:key-rotation:1\" group=\"sip:fire-1@mcx.example\"/>")]
    public void A_rotation_request_that_cannot_be_read_gets_400(string body)
    {
        _mcx.Register("dispatcher");

        Assert.Equal(400, _mcx.Rotate("dispatcher", Encoding.UTF8.GetBytes(body)).Status);
    }

    [Fact]
    public void The_rotation_body_is_as_documented()
    {
        Assert.Equal(
            """<?xml version="1.0" encoding="UTF-8"?><key-rotation group="sip:fire-1@mcx.example" xmlns="urn:mediaengine:key-rotation:1" />""",
            Encoding.UTF8.GetString(new KeyRotationBody(Fire).Serialise()));
    }

    [Fact]
    public void No_event_or_record_prints_key_material()
    {
        _mcx.Register("dispatcher");
        _mcx.Register("erin");
        _mcx.TakeKeys();
        Rotate();
        string[] secrets = [.. Stored(Fire).SelectMany(key => (string[])[Convert.ToHexString(key.Key), Convert.ToBase64String(key.Key)])];

        string printed = string.Join('\n', _mcx.Events.Select(happened => happened.ToString()).Concat(Stored(Fire).Select(key => key.ToString())).Concat(_mcx.Made.Select(made => made.ToString())));

        Assert.Contains("GMK", printed, StringComparison.Ordinal);
        Assert.DoesNotContain(secrets, secret => printed.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    private static Organisation Managed() => TestOrganisation.CreateManaged();

    private GroupKey[] Stored(string group) =>
        [.. _mcx.Stored.OfType<GroupKey>().Where(key => key.Group == group).OrderBy(key => key.ActivatesAt)];

    private SipResponse Rotate(string name = "dispatcher") => _mcx.Rotate(name, new KeyRotationBody(Fire).Serialise());

    private void Call(string group, params string[] names)
    {
        foreach (string name in names.Append("dispatcher"))
            _mcx.Upload(name, []);
        OpenUploads();
        _mcx.TakeKeys();
        foreach (string name in names)
            _mcx.Affiliate(name, group);
        Assert.Null(_mcx.Call(names[0], group));
        _mcx.Answer(names[1]);
        Assert.Equal(200, _mcx.LateAnswer!.Status);
    }

    private void OpenUploads()
    {
        foreach (KeyEffect.OpenKeyUpload upload in _mcx.KeyWork.ToArray().OfType<KeyEffect.OpenKeyUpload>())
        {
            McxKey csk = McxKey.Create(KeyPurpose.ClientServerKey, new SeededEntropy((int)upload.Ticket));
            _mcx.Run((system, effects) => system.KeyUploadOpened(upload.Ticket, MikeyError.None, csk, _mcx.Now, effects));
        }
        KeyEffect[] rest = [.. _mcx.KeyWork.Where(work => work is not KeyEffect.OpenKeyUpload)];
        _mcx.KeyWork.Clear();
        foreach (KeyEffect work in rest)
            _mcx.KeyWork.Enqueue(work);
    }

    private static string Octets(McxKey key)
    {
        byte[] octets = new byte[16];
        key.CopyKeyTo(octets);
        return Convert.ToHexString(octets);
    }
}
